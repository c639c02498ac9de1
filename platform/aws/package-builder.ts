import { ConflictException, ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { builderJob } from '../build-outcome.ts';
import { BuilderSettings } from '../builder-settings.ts';
import { type Build, BuilderBusy, type PackageBuilder } from '../package-builder.ts';
import { requireEnv, timeouts } from './environment.ts';
import { buildKey, noBuilder, S3PackageOutcomes, s3Client } from './package-outcomes.ts';

export type BuilderTask = {
  readonly cluster: string;
  /** A task definition that runs `python3 -I -B /opt/strongroom/builder` in the sandbox image. */
  readonly taskDefinition: string;
  /** The container of the task that gets the job. */
  readonly container: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
};

/** The signed URLs must outlast the wait for a place and the build. */
const urlSeconds = 60 * 60;

/**
 * Builds packages on Fargate, one task per build. The task has no role: it reads its job and writes its bundle and its
 * result through URLs signed for it, and can access nothing else in AWS.
 */
export class FargateBuilder extends S3PackageOutcomes {
  readonly #ecs: ECSClient;
  readonly #task: BuilderTask;

  constructor(ecs: ECSClient, s3: S3Client, bucket: string, task: BuilderTask) {
    super(s3, bucket);
    this.#ecs = ecs;
    this.#task = task;
  }

  /** Only starting a task tells whether there is room for it. */
  override async check(): Promise<void> {}

  override async request(build: Build): Promise<void> {
    const { buildId } = build;
    const [bundleUrl, resultUrl] = await Promise.all([
      this.#signPut(buildKey(buildId, 'bundle.tar.gz')),
      this.#signPut(buildKey(buildId, 'result.json')),
    ]);
    const job = JSON.stringify({ ...builderJob(build), bundleUrl, resultUrl });
    // The first job of a build is kept: its task may have read it already.
    await this.objects.put(buildKey(buildId, 'job.json'), Buffer.from(job), { ifAbsent: true });
    await this.#run(buildId);
  }

  async #run(buildId: string): Promise<void> {
    const { cluster, taskDefinition, container, subnets, securityGroups } = this.#task;
    const jobUrl = await this.#sign(
      new GetObjectCommand({ Bucket: this.bucket, Key: buildKey(buildId, 'job.json') }),
    );
    const command = new RunTaskCommand({
      cluster,
      taskDefinition,
      count: 1,
      launchType: 'FARGATE',
      // A repeated token starts no second task ("Ensuring idempotency").
      clientToken: buildId,
      startedBy: buildId,
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...subnets],
          securityGroups: [...securityGroups],
          assignPublicIp: 'DISABLED',
        },
      },
      overrides: {
        containerOverrides: [
          { name: container, environment: [{ name: 'STRONGROOM_BUILD_JOB_URL', value: jobUrl }] },
        ],
      },
    });
    try {
      const { failures = [] } = await this.#ecs.send(command);
      if (failures.length > 0) throw new BuilderBusy(failures.map(({ reason }) => reason).join('; '));
    } catch (error) {
      // The task was started before, with a URL that was signed at another time.
      if (!(error instanceof ConflictException)) throw error;
    }
  }

  #signPut(key: string): Promise<string> {
    return this.#sign(new PutObjectCommand({ Bucket: this.bucket, Key: key }));
  }

  #sign(command: GetObjectCommand | PutObjectCommand): Promise<string> {
    return getSignedUrl(this.client, command, { expiresIn: urlSeconds });
  }
}

/** Returns the builder that a function's environment describes, if the deployment has one. */
export function packageBuilder(env: NodeJS.ProcessEnv): PackageBuilder {
  if (!env.STRONGROOM_BUILDER_TASK) return noBuilder;
  const settings = BuilderSettings.parse(env);
  const ecs = new ECSClient({ requestHandler: timeouts });
  return new FargateBuilder(ecs, s3Client(), requireEnv(env, 'STRONGROOM_BUCKET'), {
    cluster: settings.STRONGROOM_BUILDER_CLUSTER,
    taskDefinition: settings.STRONGROOM_BUILDER_TASK,
    container: 'builder',
    subnets: settings.STRONGROOM_BUILDER_SUBNETS,
    securityGroups: settings.STRONGROOM_BUILDER_SECURITY_GROUPS,
  });
}
