import { CfnOutput, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { JobRecord } from '../contract/define-job.ts';
import type { RouteRecord } from '../contract/define-route.ts';
import { Access } from './access.ts';
import { AdministratorKey } from './administrator-key.ts';
import { Api } from './api.ts';
import { Buckets } from './buckets.ts';
import type { Assets } from './bundle.ts';
import { Cluster } from './cluster.ts';
import type { Configuration } from './configuration.ts';
import { functionName } from './function-name.ts';
import { Functions } from './functions.ts';
import { generatorReach } from './generator.ts';
import { addJobs } from './jobs.ts';
import { Keys } from './keys.ts';
import { Network } from './network.ts';
import { PackageBuilder } from './package-builder.ts';
import { Pool } from './pool.ts';
import { Sandbox } from './sandbox.ts';
import { Tables } from './tables.ts';

export type StrongroomProps = {
  readonly routes: readonly RouteRecord[];
  readonly jobs: readonly JobRecord[];
  readonly configuration: Configuration;
  readonly assets: Assets;
};

/** A whole installation. */
export class StrongroomStack extends Stack {
  readonly #configuration: Configuration;

  constructor(scope: Construct, { routes, jobs, configuration, assets }: StrongroomProps) {
    super(scope, configuration.name, {
      description: 'Strongroom: a zero-knowledge vault and code sandbox',
      // CloudFormation accepts templates of up to 1 MB.
      suppressTemplateIndentation: true,
    });
    this.#configuration = configuration;
    Tags.of(this).add('application', 'strongroom');
    const { name, logDays, settings, packageIndex, packageNetwork } = configuration;
    const protect = configuration.protect === 'on';
    // If the first deployment fails, its resources are deleted, because they contain nothing.
    const keep = protect ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

    const keys = new Keys(this, 'Keys', { name, keep });
    const tables = new Tables(this, 'Tables', { key: keys.storage, protect });
    const buckets = new Buckets(this, 'Buckets', { key: keys.storage, keep, logDays });
    const network = new Network(this, 'Network', {
      ...{ tables, buckets, keys },
      invoked: jobs
        .filter(({ on }) => on?.includes('operation'))
        .map(({ operationId }) => functionName(name, operationId)),
      flowLog: this.#log('network'),
      generator: generatorReach(settings),
      packages: packageIndex ? packageNetwork : 'none',
    });
    const sandboxLog = this.#log('sandbox');
    const sandbox = new Sandbox(this, 'Sandbox', { bundle: assets.sandbox, log: sandboxLog });
    // Without sandboxes, no resource is created that costs money while idle.
    const cluster = configuration.sandboxes > 0 ? new Cluster(this, 'Cluster') : undefined;
    if (cluster) network.openToTasks(sandbox.image.repository.repositoryArn, [sandboxLog.logGroupArn]);
    const builder =
      cluster && packageIndex
        ? new PackageBuilder(this, 'PackageBuilder', {
            ...{ cluster, sandbox, network },
            log: sandboxLog,
            index: packageIndex,
          })
        : undefined;
    const pool = cluster && new Pool(this, 'Pool', { cluster, sandbox, network, configuration });
    const administratorKey = new AdministratorKey(this, 'AdministratorKey', { key: keys.storage, keep });
    const access = new Access(this, 'Access', {
      ...{ tables, buckets, keys, settings, builder, pool },
      administratorSecret: administratorKey,
    });
    const functions = new Functions(this, { bundles: assets.functions, access, settings, network, logDays });
    const operations = routes.map(
      (route) => [route, functions.create(route, `${route.method} ${route.path}`).function] as const,
    );
    addJobs(jobs, { functions, cluster, administratorKey });
    const api = new Api(this, 'Api', {
      functions: new Map(operations),
      vpcEndpointIds: vpcEndpointIds(network, configuration),
      webAcl: configuration.webAcl,
      accessLog: this.#log('access'),
    });

    this.#output('ApiUrl', api.url, 'Address of the API');
    this.#output(
      'AdministratorKeySecret',
      administratorKey.secretArn,
      'Secret that contains the administrator’s key',
    );
    this.#output('ObjectsBucket', buckets.objects.bucketName, 'Bucket of the object store');
    this.#output('AuditBucket', buckets.audit.bucketName, 'Bucket of the audit log’s tiles and checkpoints');
    this.#output('SandboxTask', sandbox.taskDefinition.ref, 'Task definition of the sandbox');
    for (const [table, { tableName }] of tables.byName) {
      this.#output(`Table${table.charAt(0).toUpperCase()}${table.slice(1)}`, tableName, `Table ${table}`);
    }
  }

  #log(use: string): LogGroup {
    return new LogGroup(this, `${use.charAt(0).toUpperCase()}${use.slice(1)}Log`, {
      logGroupName: `/strongroom/${this.#configuration.name}/${use}`,
      retention: this.#configuration.logDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  #output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

function vpcEndpointIds(
  network: Network,
  { endpoint, vpcEndpoints, clients }: Configuration,
): readonly string[] {
  if (endpoint === 'public') return [];
  return vpcEndpoints.length > 0 ? vpcEndpoints : [network.addApiEndpoint(clients).vpcEndpointId];
}
