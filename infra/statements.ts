import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** What a function's role may do, and the environment variables by which the function finds it. */
export type FunctionAccess = {
  readonly statements: readonly PolicyStatement[];
  readonly environment: { readonly [variable: string]: string };
  /** Findings of cdk-nag about the statements, and why they are intended. */
  readonly explained?: readonly Explanation[];
};

export type Explanation = { readonly id: string; readonly reason: string };

/** Returns a statement that allows actions on resources. */
export function allow(
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Readonly<Record<string, unknown>>,
): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [...resources], conditions });
}
