import { ECSClient } from '@aws-sdk/client-ecs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PoolSettings } from '../sandboxes/pool-settings.ts';
import type { FetchSandboxKey, PoolTasks } from '../sandboxes/sandbox-tasks.ts';
import { EcsTasks } from './ecs-tasks.ts';
import { timeouts } from './environment.ts';

/** The job that fetches a key may take 10 s. */
const keyMs = 15_000;

/** Returns the tasks of the sandbox pool that a function's environment describes. */
export function poolTasks(env: NodeJS.ProcessEnv): PoolTasks {
  const settings = PoolSettings.parse(env);
  const tasks = new EcsTasks(new ECSClient({ requestHandler: timeouts }), {
    cluster: settings.STRONGROOM_POOL_CLUSTER,
    taskDefinition: settings.STRONGROOM_POOL_TASK,
    subnets: settings.STRONGROOM_POOL_SUBNETS,
    securityGroups: settings.STRONGROOM_POOL_SECURITY_GROUPS,
    port: settings.STRONGROOM_POOL_PORT,
  });
  return {
    list: (taskIds) => tasks.list(taskIds),
    start: (count, token) => tasks.start(count, token),
    stop: (taskId, reason) => tasks.stop(taskId, reason),
    fetchKey: fetchKeyBy(settings.STRONGROOM_POOL_KEY_FUNCTION),
  };
}

/** Sandboxes can be reached only from their own network, where this function is not. */
function fetchKeyBy(functionName: string): FetchSandboxKey {
  const lambda = new LambdaClient({ requestHandler: { ...timeouts, requestTimeout: keyMs } });
  return async (taskId, url) => {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify({ taskId, url }) }),
    );
    if (FunctionError || !Payload) throw new Error('the key of a sandbox could not be fetched');
    const { publicKeyB64 } = JSON.parse(Payload.transformToString()) as { publicKeyB64: string };
    return Buffer.from(publicKeyB64, 'base64');
  };
}
