import * as z from 'zod';
import { defineJob, type JobRecord } from './define-job.ts';
import { answersPrefix, messagesPrefix, resultsPrefix, vaultPrefix } from './resources.ts';

const hour = 60 * 60;

export const awaitExecution = defineJob({
  operationId: 'jobs.awaitExecution',
  summary: 'Waits for the end of a detached execution, and stores its result',
  on: ['operation'],
  payload: z.strictObject({ userId: z.string(), executionId: z.uuid() }),
  access: {
    tables: { executions: 'write' },
    objects: 'write',
    keys: ['data'],
    dataKeyPurpose: 'execution',
    sandboxes: true,
    background: ['jobs.awaitExecution'],
  },
  timeoutSeconds: 900,
});

export const sequenceAuditLog = defineJob({
  operationId: 'jobs.sequenceAuditLog',
  summary: 'Appends new audit entries to the log, and signs a checkpoint of it',
  every: { aws: 60, local: 5 },
  access: {
    tables: { audit: ['query', 'update'], auditLog: ['get', 'query', 'put', 'update'] },
    objects: 'audit:write',
    keys: ['sign:audit', 'verify:audit'],
  },
  timeoutSeconds: 300,
});

export const sweepObjects = defineJob({
  operationId: 'jobs.sweepObjects',
  summary: 'Deletes objects that no record refers to',
  every: { aws: hour, local: hour },
  access: {
    tables: { messages: ['get'], vaultObjects: ['get'] },
    objects: { prefixes: [messagesPrefix, vaultPrefix], actions: ['list', 'delete'] },
  },
  timeoutSeconds: 300,
  retries: 2,
});

/** On AWS, lifecycle rules of the bucket do this. */
export const expireResults = defineJob({
  operationId: 'jobs.expireResults',
  summary: 'Deletes expired results of executions, and expired responses kept for Idempotency-Key',
  every: { local: hour },
  access: { objects: { prefixes: [resultsPrefix, answersPrefix], actions: ['list', 'delete'] } },
  timeoutSeconds: 300,
});

export const reconcilePool = defineJob({
  operationId: 'jobs.reconcilePool',
  summary: 'Keeps sandboxes ready: starts and stops tasks, and registers those that have started',
  every: { aws: 60 },
  on: ['ecsTaskStateChange'],
  access: { tables: { sandboxes: ['get', 'query', 'put', 'update'] }, sandboxTasks: true },
  onlyWith: 'sandboxTasks',
  timeoutSeconds: 60,
});

/** Sandboxes can be reached only from their own network, where the reconciler is not. */
export const fetchSandboxKey = defineJob({
  operationId: 'jobs.fetchSandboxKey',
  summary: 'Asks a sandbox for its public key',
  on: ['reconciler'],
  payload: z.strictObject({ taskId: z.string(), url: z.url() }),
  access: {},
  network: 'sandboxes',
  onlyWith: 'sandboxTasks',
  timeoutSeconds: 10,
  memoryMiB: 256,
});

export const createAdministratorKey = defineJob({
  operationId: 'jobs.createAdministratorKey',
  summary: 'Creates the key of the global administrator, once, and the default org',
  on: ['stackCreation'],
  // What CloudFormation sends ("Custom resource request objects"), as far as the job needs it.
  payload: z.object({
    RequestType: z.enum(['Create', 'Update', 'Delete']),
    ResponseURL: z.url(),
    StackId: z.string(),
    RequestId: z.string(),
    LogicalResourceId: z.string(),
  }),
  access: { tables: { credentials: ['get', 'put'], orgs: ['put'] }, administratorSecret: true },
  timeoutSeconds: 60,
});

/** Every job: all that runs on a schedule, on an event, or after the response of an operation. */
export const jobs: readonly JobRecord[] = [
  awaitExecution,
  sequenceAuditLog,
  sweepObjects,
  expireResults,
  reconcilePool,
  fetchSandboxKey,
  createAdministratorKey,
];
