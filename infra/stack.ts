import { CfnOutput, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { BackgroundRecord, FunctionRecord, RouteRecord } from '../contract/define-route.ts';
import { grantsOf } from '../contract/grants.ts';
import { Access } from './access.ts';
import { AdministratorKey } from './administrator-key.ts';
import { Api } from './api.ts';
import { BundledFunction } from './api-function.ts';
import { Buckets } from './buckets.ts';
import type { Assets } from './bundle.ts';
import { Cluster } from './cluster.ts';
import type { Configuration } from './configuration.ts';
import { functionName } from './function-name.ts';
import { generatorReach } from './generator.ts';
import { Keys } from './keys.ts';
import { Network } from './network.ts';
import { PackageBuilder } from './package-builder.ts';
import { Pool } from './pool.ts';
import { Sandbox } from './sandbox.ts';
import { Seal } from './seal.ts';
import { Sweep } from './sweep.ts';
import { Tables } from './tables.ts';

export type StrongroomProps = {
  readonly routes: readonly RouteRecord[];
  readonly backgrounds: readonly BackgroundRecord[];
  readonly configuration: Configuration;
  readonly assets: Assets;
};

const defaults = { memoryMiB: 512, timeoutSeconds: 15 };

/** A whole installation. */
export class StrongroomStack extends Stack {
  readonly #configuration: Configuration;

  constructor(scope: Construct, { routes, backgrounds, configuration, assets }: StrongroomProps) {
    super(scope, configuration.name, {
      description: 'Strongroom: a zero-knowledge vault and code sandbox',
      // CloudFormation takes templates to 1 MB.
      suppressTemplateIndentation: true,
    });
    this.#configuration = configuration;
    Tags.of(this).add('application', 'strongroom');
    const { name, logDays, settings, packageIndex, packageNetwork } = configuration;
    const protect = configuration.protect === 'on';
    // What a first deployment made before it failed is not kept: it holds nothing.
    const keep = protect ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

    const keys = new Keys(this, 'Keys', { name, keep });
    const tables = new Tables(this, 'Tables', { key: keys.storage, protect });
    const buckets = new Buckets(this, 'Buckets', { key: keys.storage, keep, logDays });
    const network = new Network(this, 'Network', {
      ...{ tables, buckets, keys },
      backgrounds: backgrounds.map(({ operationId }) => functionName(name, operationId)),
      flowLog: this.#log('network'),
      generator: generatorReach(settings),
      packages: packageIndex ? packageNetwork : 'none',
    });
    const sandboxLog = this.#log('sandbox');
    const sandbox = new Sandbox(this, 'Sandbox', { bundle: assets.sandbox, log: sandboxLog });
    // Without sandboxes nothing is made that costs by being there.
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
    const access = new Access(this, 'Access', { tables, buckets, keys, settings, builder });

    const make = (record: FunctionRecord, description: string) => {
      const { statements, environment, explained } = access.of(record);
      const { memoryMiB = defaults.memoryMiB, timeoutSeconds = defaults.timeoutSeconds } = record;
      return new BundledFunction(this, constructId(record), {
        name: record.operationId.replace('.', '-'),
        description,
        bundle: bundleOf(record, assets),
        access: { statements, explained, environment: { ...settings, ...environment } },
        memoryMiB,
        timeoutSeconds,
        logDays,
        ...(grantsOf(record).sandboxes && { network }),
      }).function;
    };
    const functions = routes.map((route) => [route, make(route, `${route.method} ${route.path}`)] as const);
    for (const record of backgrounds) make(record, record.summary);
    const api = new Api(this, 'Api', {
      functions: new Map(functions),
      vpcEndpointIds: vpcEndpointIds(network, configuration),
      webAcl: configuration.webAcl,
      accessLog: this.#log('access'),
    });
    if (cluster) new Pool(this, 'Pool', { assets, cluster, sandbox, network, access, tables, configuration });
    const administratorKey = new AdministratorKey(this, 'AdministratorKey', {
      bundle: assets.administratorKey,
      access,
      tables,
      key: keys.storage,
      keep,
      logDays,
    });

    new Seal(this, 'Seal', { bundle: assets.seal, access, tables, logDays });
    new Sweep(this, 'Sweep', { bundle: assets.sweep, access, tables, buckets, logDays });

    this.#output('ApiUrl', api.url, 'Address of the API');
    this.#output(
      'AdministratorKeySecret',
      administratorKey.secretArn,
      'Secret that holds the administrator’s key',
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

function bundleOf({ operationId }: FunctionRecord, { operations }: Assets): string {
  const bundle = operations.get(operationId);
  if (!bundle) throw new Error(`${operationId} was not bundled`);
  return bundle;
}

/** `secrets.put` is `SecretsPut`. */
function constructId({ operationId }: FunctionRecord): string {
  return operationId
    .split('.')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function vpcEndpointIds(
  network: Network,
  { endpoint, vpcEndpoints, clients }: Configuration,
): readonly string[] {
  if (endpoint === 'public') return [];
  return vpcEndpoints.length > 0 ? vpcEndpoints : [network.addApiEndpoint(clients).vpcEndpointId];
}
