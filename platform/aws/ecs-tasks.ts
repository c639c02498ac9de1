import {
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { SandboxTask, SandboxTasks } from '../sandboxes/sandbox-tasks.ts';

export type PoolTask = {
  readonly cluster: string;
  /** ARN, with its revision. */
  readonly taskDefinition: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly port: number;
};

/** Limits of the API: tasks per `DescribeTasks` and per `RunTask`. */
const maxDescribed = 100;
const maxStarted = 10;

/** The tasks of a pool on Fargate. */
export class EcsTasks implements SandboxTasks {
  readonly #ecs: ECSClient;
  readonly #pool: PoolTask;

  constructor(ecs: ECSClient, pool: PoolTask) {
    this.#ecs = ecs;
    this.#pool = pool;
  }

  async list(taskIds: readonly string[]): Promise<readonly SandboxTask[]> {
    const ids = [...new Set([...(await this.#listIds()), ...taskIds])];
    const tasks: Task[] = [];
    for (let at = 0; at < ids.length; at += maxDescribed) {
      const command = new DescribeTasksCommand({
        cluster: this.#pool.cluster,
        tasks: ids.slice(at, at + maxDescribed),
      });
      tasks.push(...((await this.#ecs.send(command)).tasks ?? []));
    }
    return tasks.map((task) => this.#toSandboxTask(task));
  }

  async start(count: number, token: string): Promise<number> {
    const { cluster, taskDefinition, subnets, securityGroups } = this.#pool;
    let started = 0;
    for (let batch = 0; batch * maxStarted < count; batch++) {
      const { tasks = [] } = await this.#ecs.send(
        new RunTaskCommand({
          cluster,
          taskDefinition,
          count: Math.min(maxStarted, count - batch * maxStarted),
          launchType: 'FARGATE',
          // A repeated token starts no further tasks ("Ensuring idempotency").
          clientToken: `${token}-${batch}`,
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: [...subnets],
              securityGroups: [...securityGroups],
              assignPublicIp: 'DISABLED',
            },
          },
        }),
      );
      started += tasks.length;
    }
    return started;
  }

  async stop(taskId: string, reason: string): Promise<void> {
    await this.#ecs.send(new StopTaskCommand({ cluster: this.#pool.cluster, task: taskId, reason }));
  }

  async #listIds(): Promise<string[]> {
    const { cluster, taskDefinition } = this.#pool;
    const family = /([^/:]+)(?::\d+)?$/.exec(taskDefinition)?.[1];
    const ids: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.#ecs.send(new ListTasksCommand({ cluster, family, nextToken }));
      ids.push(...(page.taskArns ?? []).map(idOf));
      nextToken = page.nextToken;
    } while (nextToken);
    return ids;
  }

  #toSandboxTask(task: Task): SandboxTask {
    const address = task.attachments
      ?.flatMap(({ details = [] }) => details)
      .find(({ name }) => name === 'privateIPv4Address')?.value;
    return {
      taskId: idOf(task.taskArn ?? ''),
      state: stateOf(task),
      current: task.taskDefinitionArn === this.#pool.taskDefinition,
      createdAt: task.createdAt?.getTime() ?? 0,
      ...(address && { url: `http://${address}:${this.#pool.port}` }),
    };
  }
}

/** See "Amazon ECS task lifecycle". */
function stateOf({ lastStatus, desiredStatus, healthStatus }: Task): SandboxTask['state'] {
  if (lastStatus === 'STOPPED') return 'stopped';
  if (desiredStatus === 'STOPPED') return 'stopping';
  if (lastStatus !== 'RUNNING') return 'starting';
  return healthStatus === 'UNHEALTHY' ? 'failing' : 'running';
}

function idOf(arn: string): string {
  return arn.split('/').at(-1) ?? '';
}
