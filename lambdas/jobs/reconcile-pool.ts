import { ECSClient } from '@aws-sdk/client-ecs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { dynamoTable } from '../../platform/aws/dynamo-table.ts';
import { EcsTasks } from '../../platform/aws/ecs-tasks.ts';
import { patience, required } from '../../platform/aws/environment.ts';
import { isOffHours } from '../../platform/sandboxes/pool-hours.ts';
import {
  type FetchSandboxKey,
  type PoolReport,
  reconcilePool,
} from '../../platform/sandboxes/pool-reconciler.ts';
import type { KeyAnswer, KeyQuestion } from './fetch-sandbox-key.ts';

/** The function that runs every minute, and when a task of the pool comes up or stops. */
export async function handler(): Promise<PoolReport> {
  const { env } = process;
  const tasks = new EcsTasks(new ECSClient({ requestHandler: patience }), {
    cluster: required(env, 'STRONGROOM_POOL_CLUSTER'),
    taskDefinition: required(env, 'STRONGROOM_POOL_TASK'),
    subnets: required(env, 'STRONGROOM_POOL_SUBNETS').split(','),
    securityGroups: required(env, 'STRONGROOM_POOL_SECURITY_GROUPS').split(','),
    port: Number(required(env, 'STRONGROOM_POOL_PORT')),
  });
  const size = Number(required(env, 'STRONGROOM_POOL_SIZE'));
  const off = isOffHours(env.STRONGROOM_POOL_OFF_HOURS, new Date());
  const spare = off ? 0 : Number(required(env, 'STRONGROOM_POOL_SPARE'));
  const fetchKey = fetchKeyBy(required(env, 'STRONGROOM_POOL_KEY_FUNCTION'));
  return reconcilePool({ table: dynamoTable(env), tasks, fetchKey }, { size, spare });
}

/** Sandboxes are reached from their own network alone, where this function is not. */
function fetchKeyBy(functionName: string): FetchSandboxKey {
  const lambda = new LambdaClient({ requestHandler: { ...patience, requestTimeout: 15_000 } });
  return async (taskId, url) => {
    const question: KeyQuestion = { taskId, url };
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(question) }),
    );
    if (FunctionError || !Payload) throw new Error('the sandbox did not say its key');
    const { publicKeyB64 } = JSON.parse(Payload.transformToString()) as KeyAnswer;
    return Buffer.from(publicKeyB64, 'base64');
  };
}
