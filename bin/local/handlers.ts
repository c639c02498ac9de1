import { operationFile } from '../../contract/operation-file.ts';

/** Returns the handler of an operation or a job, whose module is imported the first time. */
export async function loadHandler<Handler>(operationId: string): Promise<Handler> {
  const module = await import(`../../lambdas/${operationFile(operationId)}`);
  return (module as { handler: Handler }).handler;
}
