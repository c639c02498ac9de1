import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Returns a function's name: that of `secrets.put` in the stack `Strongroom` is `Strongroom-secrets-put`. */
export function functionName(stackName: string, operationId: string): string {
  return `${stackName}-${operationId.replace('.', '-')}`;
}

/** Returns the ARN of a function by its name. */
export function functionArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
