import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type JobRecord, runsOnAws } from '../contract/define-job.ts';
import type { AdministratorKey } from './administrator-key.ts';
import type { BundledFunction } from './api-function.ts';
import type { Cluster } from './cluster.ts';
import type { Functions } from './functions.ts';

export type JobsProps = {
  readonly functions: Functions;
  /** Undefined in a deployment that runs no sandbox tasks. */
  readonly cluster: Cluster | undefined;
  readonly administratorKey: AdministratorKey;
};

/** Creates the function of each job, and what starts it. */
export function addJobs(jobs: readonly JobRecord[], props: JobsProps): void {
  for (const job of jobs.filter(runsOnAws)) {
    if (job.onlyWith === 'sandboxTasks' && !props.cluster) continue;
    const created = props.functions.create(job, job.summary, job.network === 'sandboxes');
    addTriggers(created, job, props);
  }
}

function addTriggers(
  target: BundledFunction,
  { summary, every, on = [], retries = 0 }: JobRecord,
  { cluster, administratorKey }: JobsProps,
): void {
  const addRule = (
    id: string,
    when: { readonly schedule: Schedule } | { readonly eventPattern: EventPattern },
  ) =>
    new Rule(target, id, {
      description: summary,
      ...when,
      targets: [new LambdaFunction(target.function, { retryAttempts: retries })],
    });
  if (every?.aws) addRule('Schedule', { schedule: Schedule.rate(Duration.seconds(every.aws)) });
  if (on.includes('ecsTaskStateChange') && cluster) {
    addRule('TaskStateChange', { eventPattern: cluster.taskStateChange });
  }
  if (on.includes('stackCreation')) administratorKey.createBy(target);
}
