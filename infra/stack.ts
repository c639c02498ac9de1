import { CfnOutput, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { RouteRecord } from '../lambdas/contract/define-route.ts';
import { grantsOf } from '../lambdas/contract/grants.ts';
import { Access } from './access.ts';
import { AdministratorKey } from './administrator-key.ts';
import { Api } from './api.ts';
import { BundledFunction } from './api-function.ts';
import { Buckets } from './buckets.ts';
import type { Assets } from './bundle.ts';
import type { Configuration } from './configuration.ts';
import { Keys } from './keys.ts';
import { Network } from './network.ts';
import { Sandbox } from './sandbox.ts';
import { Tables } from './tables.ts';

export type StrongroomProps = {
  readonly routes: readonly RouteRecord[];
  readonly configuration: Configuration;
  readonly assets: Assets;
};

const defaults = { memoryMiB: 512, timeoutSeconds: 15 };

/** A whole installation. */
export class StrongroomStack extends Stack {
  readonly #configuration: Configuration;

  constructor(scope: Construct, { routes, configuration, assets }: StrongroomProps) {
    super(scope, configuration.name, {
      description: 'Strongroom: a zero-knowledge vault and code sandbox',
      // CloudFormation takes templates to 1 MB.
      suppressTemplateIndentation: true,
    });
    this.#configuration = configuration;
    Tags.of(this).add('application', 'strongroom');
    const { name, logDays, settings } = configuration;
    const protect = configuration.protect === 'on';
    // What a first deployment made before it failed is not kept: it holds nothing.
    const keep = protect ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

    const keys = new Keys(this, 'Keys', { name, keep });
    const tables = new Tables(this, 'Tables', { key: keys.storage, protect });
    const buckets = new Buckets(this, 'Buckets', { key: keys.storage, keep, logDays });
    const network = new Network(this, 'Network', { tables, buckets, keys, flowLog: this.#log('network') });
    const access = new Access(this, 'Access', { tables, buckets, keys });

    const functions = routes.map((route) => {
      const { statements, environment } = access.of(route);
      const { memoryMiB = defaults.memoryMiB, timeoutSeconds = defaults.timeoutSeconds } = route;
      const { function: target } = new BundledFunction(this, constructId(route), {
        name: route.operationId.replace('.', '-'),
        description: `${route.method} ${route.path}`,
        bundle: bundleOf(route, assets),
        access: { statements, environment: { ...settings, ...environment } },
        memoryMiB,
        timeoutSeconds,
        logDays,
        ...(grantsOf(route).sandboxes && { network }),
      });
      return [route, target] as const;
    });
    const api = new Api(this, 'Api', {
      functions: new Map(functions),
      vpcEndpointIds: vpcEndpointIds(network, configuration),
      webAcl: configuration.webAcl,
      accessLog: this.#log('access'),
    });
    const sandbox = new Sandbox(this, 'Sandbox', { bundle: assets.sandbox, log: this.#log('sandbox') });
    const administratorKey = new AdministratorKey(this, 'AdministratorKey', {
      bundle: assets.administratorKey,
      access,
      tables,
      key: keys.storage,
      keep,
      logDays,
    });

    this.#output('ApiUrl', api.url, 'Address of the API');
    this.#output(
      'AdministratorKeySecret',
      administratorKey.secretArn,
      'Secret that holds the administrator’s key',
    );
    this.#output('ObjectsBucket', buckets.objects.bucketName, 'Bucket of the object store');
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

function bundleOf({ operationId }: RouteRecord, { operations }: Assets): string {
  const bundle = operations.get(operationId);
  if (!bundle) throw new Error(`${operationId} was not bundled`);
  return bundle;
}

/** `secrets.put` is `SecretsPut`. */
function constructId({ operationId }: RouteRecord): string {
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
