import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { BackgroundId } from '../../contract/resources.ts';
import type { Background } from '../background.ts';
import { jobVariable } from '../variables.ts';
import { requireEnv, timeouts } from './environment.ts';

/**
 * Starts jobs by asynchronous invocation: Lambda queues it, and retries if the function fails ("Asynchronous
 * invocation"). The environment names the functions.
 */
export class LambdaBackground implements Background {
  readonly #client: LambdaClient;
  readonly #env: NodeJS.ProcessEnv;

  constructor(client: LambdaClient, env: NodeJS.ProcessEnv) {
    this.#client = client;
    this.#env = env;
  }

  async begin(operationId: BackgroundId, payload: { readonly [name: string]: string }): Promise<void> {
    await this.#client.send(
      new InvokeCommand({
        FunctionName: requireEnv(this.#env, jobVariable(operationId)),
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
  }
}

/** Returns the jobs that a function's environment names. */
export function lambdaBackground(env: NodeJS.ProcessEnv): LambdaBackground {
  return new LambdaBackground(new LambdaClient({ requestHandler: timeouts }), env);
}
