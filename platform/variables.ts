import type { BackgroundId, TableName } from '../contract/resources.ts';

/** `auditLog` is `AUDIT_LOG`. */
export function screamingSnake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Returns the variable with the deployed name of a table: `STRONGROOM_TABLE_AUDIT_LOG`. */
export function tableVariable(table: TableName): string {
  return `STRONGROOM_TABLE_${screamingSnake(table)}`;
}

/** Returns the variable with the function's name of a job: `STRONGROOM_JOBS_AWAIT_EXECUTION`. */
export function jobVariable(operationId: BackgroundId): string {
  return `STRONGROOM_${screamingSnake(operationId.replace('.', '_'))}`;
}
