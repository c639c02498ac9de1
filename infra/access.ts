import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { GrantSource } from '../contract/define-route.ts';
import { type Grants, grantsOf } from '../contract/grants.ts';
import type { SigningKeyName, TableName } from '../contract/resources.ts';
import { backgroundVariable } from '../platform/background.ts';
import type { Buckets } from './buckets.ts';
import type { Configuration } from './configuration.ts';
import { functionArn, functionName } from './function-name.ts';
import { generatorStatements } from './generator.ts';
import type { Keys } from './keys.ts';
import type { PackageBuilder } from './package-builder.ts';
import { type TableActions, tableActions } from './table-actions.ts';
import type { Tables } from './tables.ts';

type Resources = {
  readonly tables: Tables;
  readonly buckets: Buckets;
  readonly keys: Keys;
  readonly settings: Configuration['settings'];
  /** Where there is one. */
  readonly builder: Pick<PackageBuilder, 'statements' | 'environment'> | undefined;
};

/** What a function's role may do, and the variables by which the function finds it. */
export type FunctionAccess = {
  readonly statements: readonly PolicyStatement[];
  readonly environment: { readonly [variable: string]: string };
  /** What cdk-nag finds in the statements, and why it is meant. */
  readonly explained?: readonly { readonly id: string; readonly reason: string }[];
};

const reads = ['s3:GetObject', 's3:ListMultipartUploadParts'];
const objectActions = {
  read: reads,
  write: [...reads, 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
  'audit:read': ['s3:GetObject'],
  'audit:write': ['s3:GetObject', 's3:PutObject'],
} as const;

/** Turns what route records declare into IAM, each grant for its own resource and nothing beside it. */
export class Access extends Construct {
  readonly #resources: Resources;

  constructor(scope: Construct, id: string, resources: Resources) {
    super(scope, id);
    this.#resources = resources;
  }

  of(route: GrantSource): FunctionAccess {
    const grants = grantsOf(route);
    const tables = tableActions(route);
    return {
      statements: [
        ...this.toTables(tables),
        ...this.#toObjects(grants),
        ...this.#toSigningKeys(grants),
        ...(grants.keys.has('data') ? [this.#toDataKeys(route)] : []),
        ...this.#toBackground(grants),
        ...(grants.ping ? this.#toPing() : []),
        ...this.#toBuilder(grants),
        ...(grants.generator ? generatorStatements(this, this.#resources.settings) : []),
      ],
      environment: this.#environment(grants, tables),
      explained: [
        ...(grants.objects ? [this.explainObjects('', this.#bucketOf(grants))] : []),
        ...this.#builderPrefixes(grants).map((prefix) => this.explainObjects(prefix)),
      ],
    };
  }

  /** Objects come and go: a statement can name no more of them than the beginning of their keys. */
  explainObjects(
    prefix: string,
    bucket: Bucket = this.#resources.buckets.objects,
  ): { readonly id: string; readonly reason: string } {
    const id = Stack.of(this).getLogicalId(bucket.node.defaultChild as CfnBucket);
    return {
      id: `AwsSolutions-IAM5[Resource::<${id}.Arn>/${prefix}*]`,
      reason: 'Objects of the one bucket, which no template can name one by one.',
    };
  }

  toTables(tables: TableActions): PolicyStatement[] {
    const names = [...tables.keys()];
    if (names.length === 0) return [];
    const byActions = Map.groupBy(names, (name) => [...(tables.get(name) ?? [])].sort().join());
    return [
      ...[...byActions].map(([actions, group]) =>
        allow(
          actions.split(','),
          group.flatMap((name) => this.#tableArns(name, tables.get(name))),
        ),
      ),
      // Whoever calls DynamoDB uses the table's key, through DynamoDB alone ("DynamoDB encryption at rest").
      this.#throughService(
        'dynamodb',
        ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
        { 'aws:dynamodb:tableName': names.map((name) => this.#resources.tables.get(name).tableName) },
      ),
    ];
  }

  #tableArns(name: TableName, actions: ReadonlySet<string> | undefined): string[] {
    const { tables } = this.#resources;
    return actions?.has('dynamodb:Query') ? tables.arns(name) : [tables.get(name).tableArn];
  }

  #bucketOf({ objects }: Pick<Grants, 'objects'>): Bucket {
    const { buckets } = this.#resources;
    return objects?.startsWith('audit:') ? buckets.audit : buckets.objects;
  }

  #toObjects({ objects }: Grants): PolicyStatement[] {
    if (!objects) return [];
    const { bucketArn } = this.#bucketOf({ objects });
    const writes = objects.endsWith('write');
    return [
      allow(objectActions[objects], [`${bucketArn}/*`]),
      allow(['s3:ListBucket'], [bucketArn]),
      this.#throughService('s3', writes ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'], {
        'aws:s3:arn': [bucketArn],
      }),
    ];
  }

  /** Where a function that asks for builds, or for what became of them, finds them; one with all objects needs no more. */
  #builderPrefixes({ builder, objects }: Grants): readonly string[] {
    if (!builder || !this.#resources.builder || objects === 'write') return [];
    return ['packages/'];
  }

  #toBuilder(grants: Grants): PolicyStatement[] {
    const { builder, buckets } = this.#resources;
    if (!grants.builder || !builder) return [];
    const { bucketArn } = buckets.objects;
    const prefixes = this.#builderPrefixes(grants);
    return [
      ...(grants.builder === 'request' ? builder.statements : []),
      ...prefixes.flatMap((prefix) => [
        allow(['s3:GetObject', 's3:PutObject'], [`${bucketArn}/${prefix}*`]),
        // So that an object which is not there is said to be absent, and not forbidden.
        allow(['s3:ListBucket'], [bucketArn], { StringLike: { 's3:prefix': [`${prefix}*`, ''] } }),
        this.#throughService('s3', ['kms:Decrypt', 'kms:GenerateDataKey'], { 'aws:s3:arn': [bucketArn] }),
      ]),
    ];
  }

  #toSigningKeys({ keys }: Grants): PolicyStatement[] {
    return (['jwt', 'audit'] as const).flatMap((name: SigningKeyName) => {
      const resources = [this.#resources.keys.signing[name].keyArn];
      return [
        // KMS says both of every signature; `IfExists` is for a key store that does not show them to policies.
        ...(keys.has(`sign:${name}`)
          ? [
              allow(['kms:Sign'], resources, {
                StringEqualsIfExists: {
                  'kms:SigningAlgorithm': 'ECDSA_SHA_256',
                  'kms:MessageType': 'DIGEST',
                },
              }),
            ]
          : []),
        ...(keys.has(`verify:${name}`) ? [allow(['kms:GetPublicKey'], resources)] : []),
      ];
    });
  }

  /**
   * Data keys, by the purpose in their context, which the key store authenticates: a function that only keeps
   * answers for `Idempotency-Key` opens no secret, and one that only handles secrets opens no kept answer.
   */
  #toDataKeys({ access, idempotent }: GrantSource): PolicyStatement {
    const keptAnswers = { 'kms:EncryptionContext:purpose': 'idempotency' };
    const conditions = () => {
      const { dataKeyPurpose } = access;
      if (dataKeyPurpose)
        return { StringEqualsIfExists: { 'kms:EncryptionContext:purpose': dataKeyPurpose } };
      if (!access.keys?.includes('data')) return { StringEqualsIfExists: keptAnswers };
      return idempotent ? undefined : { StringNotEquals: keptAnswers };
    };
    return allow(['kms:GenerateDataKey', 'kms:Decrypt'], [this.#resources.keys.data.keyArn], conditions());
  }

  /** Functions by name: one that begins itself anew cannot be named by its own attribute. */
  #toBackground({ background }: Grants): PolicyStatement[] {
    if (background.size === 0) return [];
    const { stackName } = Stack.of(this);
    const arns = [...background].map((operationId) =>
      functionArn(this, functionName(stackName, operationId)),
    );
    return [allow(['lambda:InvokeFunction'], arns)];
  }

  /** What the object store and the key store are asked when they are asked whether they answer. */
  #toPing(): PolicyStatement[] {
    const { buckets, keys } = this.#resources;
    return [
      allow(['s3:ListBucket'], [buckets.objects.bucketArn], { StringEquals: { 's3:prefix': 'ping' } }),
      allow(['kms:DescribeKey'], [keys.data.keyArn]),
    ];
  }

  /** The storage key, as far as a service uses it for the caller, on the resources that are named. */
  #throughService(
    service: string,
    actions: readonly string[],
    context: Readonly<Record<string, readonly string[]>>,
  ): PolicyStatement {
    const named = Object.entries(context).map(([name, values]) => [`kms:EncryptionContext:${name}`, values]);
    return allow(actions, [this.#resources.keys.storage.keyArn], {
      StringEquals: {
        'kms:ViaService': `${service}.${Stack.of(this).region}.amazonaws.com`,
        ...Object.fromEntries(named),
      },
    });
  }

  #environment(grants: Grants, tables: TableActions): Record<string, string> {
    const { keys, builder, buckets } = this.#resources;
    const builds = builder && grants.builder;
    const asks = (name: SigningKeyName) =>
      grants.keys.has(`sign:${name}`) || grants.keys.has(`verify:${name}`);
    const named = [...tables.keys()].map((name) => [
      `STRONGROOM_TABLE_${name.toUpperCase()}`,
      this.#resources.tables.get(name).tableName,
    ]);
    const begun = [...grants.background].map((operationId) => [
      backgroundVariable(operationId),
      functionName(Stack.of(this).stackName, operationId),
    ]);
    return {
      ...Object.fromEntries([...named, ...begun]),
      ...(builds === 'request' && builder?.environment),
      ...((grants.objects || grants.ping || builds) && {
        STRONGROOM_BUCKET: this.#bucketOf(grants).bucketName,
      }),
      ...(grants.objectsOrigin && {
        STRONGROOM_OBJECTS_ORIGIN: `https://${buckets.objects.bucketRegionalDomainName}`,
      }),
      ...((grants.keys.has('data') || grants.ping) && { STRONGROOM_DATA_KEY: keys.data.keyArn }),
      ...(asks('jwt') && { STRONGROOM_JWT_KEYS: keys.signing.jwt.keyArn }),
      ...(asks('audit') && { STRONGROOM_AUDIT_KEYS: keys.signing.audit.keyArn }),
    };
  }
}

export function allow(
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Readonly<Record<string, unknown>>,
): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [...resources], conditions });
}
