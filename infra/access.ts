import { Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { GrantSource, SomeObjects } from '../contract/define-route.ts';
import { type Grants, grantsOf } from '../contract/grants.ts';
import type { SigningKeyName, TableName } from '../contract/resources.ts';
import { jobVariable, tableVariable } from '../platform/variables.ts';
import type { Buckets } from './buckets.ts';
import { functionArn, functionName } from './function-name.ts';
import { type GeneratorSettings, generatorStatements } from './generator.ts';
import type { Keys } from './keys.ts';
import { allow, type Explanation, type FunctionAccess } from './statements.ts';
import { type TableActions, tableActions } from './table-actions.ts';
import type { Tables } from './tables.ts';

type Resources = {
  readonly tables: Tables;
  readonly buckets: Buckets;
  readonly keys: Keys;
  readonly settings: GeneratorSettings;
  /** Access to the package builder, if the deployment has one. */
  readonly builder: FunctionAccess | undefined;
  /** Access to the tasks of the sandbox pool, if the deployment has one. */
  readonly pool: FunctionAccess | undefined;
  readonly administratorSecret: FunctionAccess;
};

const reads = ['s3:GetObject', 's3:ListMultipartUploadParts'];
const objectActions = {
  read: reads,
  write: [...reads, 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
  'audit:read': ['s3:GetObject'],
  'audit:write': ['s3:GetObject', 's3:PutObject'],
} as const;

/** Turns the access that records declare into IAM statements, each grant for its own resource and no other. */
export class Access extends Construct {
  readonly #resources: Resources;

  constructor(scope: Construct, id: string, resources: Resources) {
    super(scope, id);
    this.#resources = resources;
  }

  /** Returns what the function of a record may access. */
  of(record: GrantSource): FunctionAccess {
    const grants = grantsOf(record);
    const tables = tableActions(grants);
    const whole = this.#wholeAccess(grants);
    return {
      statements: [
        ...this.#toTables(tables),
        ...this.#toObjects(grants),
        ...this.#toSigningKeys(grants),
        ...(grants.keys.has('data') ? [this.#toDataKeys(record)] : []),
        ...this.#toBackground(grants),
        ...(grants.ping ? this.#toPing() : []),
        ...this.#toBuilds(grants),
        ...(grants.generator ? generatorStatements(this, this.#resources.settings) : []),
        ...whole.flatMap(({ statements }) => statements),
      ],
      environment: Object.assign(
        this.#environment(grants, tables),
        ...whole.map(({ environment }) => environment),
      ),
      explained: [
        ...this.#objectPrefixes(grants).map((prefix) => this.#explainObjects(prefix, this.#bucketOf(grants))),
        ...whole.flatMap(({ explained = [] }) => explained),
      ],
    };
  }

  /** Access that the construct of a resource grants as a whole. */
  #wholeAccess({ builder, sandboxTasks, administratorSecret }: Grants): readonly FunctionAccess[] {
    const resources = this.#resources;
    const granted = [
      builder === 'request' ? resources.builder : undefined,
      sandboxTasks ? resources.pool : undefined,
      administratorSecret ? resources.administratorSecret : undefined,
    ];
    return granted.filter((access) => access !== undefined);
  }

  /** A statement cannot name objects one by one, only the beginning of their keys. */
  #explainObjects(prefix: string, bucket: Bucket): Explanation {
    const id = Stack.of(this).getLogicalId(bucket.node.defaultChild as CfnBucket);
    return {
      id: `AwsSolutions-IAM5[Resource::<${id}.Arn>/${prefix}*]`,
      reason: 'The objects of one bucket, which no template can name one by one.',
    };
  }

  #toTables(tables: TableActions): PolicyStatement[] {
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
      // A caller of DynamoDB uses the table's key, but only through DynamoDB ("DynamoDB encryption at rest").
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

  #bucketOf({ objects }: Grants): Bucket {
    const { buckets } = this.#resources;
    return typeof objects === 'string' && objects.startsWith('audit:') ? buckets.audit : buckets.objects;
  }

  /** Beginnings of the keys that the statements of a function name. */
  #objectPrefixes(grants: Grants): readonly string[] {
    const { objects } = grants;
    const own = typeof objects === 'object' ? objects.prefixes : objects ? [''] : [];
    return [...own, ...this.#buildPrefixes(grants)];
  }

  #toObjects(grants: Grants): PolicyStatement[] {
    const { objects } = grants;
    if (!objects) return [];
    const { bucketArn } = this.#bucketOf(grants);
    if (typeof objects === 'object') return this.#toSomeObjects(objects, bucketArn);
    const writes = objects.endsWith('write');
    return [
      allow(objectActions[objects], [`${bucketArn}/*`]),
      allow(['s3:ListBucket'], [bucketArn]),
      this.#throughService('s3', writes ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'], {
        'aws:s3:arn': [bucketArn],
      }),
    ];
  }

  #toSomeObjects({ prefixes, actions }: SomeObjects, bucketArn: string): PolicyStatement[] {
    const list = () =>
      allow(['s3:ListBucket'], [bucketArn], { StringEquals: { 's3:prefix': [...prefixes] } });
    const remove = () =>
      allow(
        ['s3:DeleteObject'],
        prefixes.map((prefix) => `${bucketArn}/${prefix}*`),
      );
    return actions.map((action) => (action === 'list' ? list() : remove()));
  }

  /** Where a function finds package builds and their results. A function that may write all objects needs no more. */
  #buildPrefixes({ builder, objects }: Grants): readonly string[] {
    if (!builder || !this.#resources.builder || objects === 'write') return [];
    return ['packages/'];
  }

  #toBuilds(grants: Grants): PolicyStatement[] {
    const { bucketArn } = this.#resources.buckets.objects;
    return this.#buildPrefixes(grants).flatMap((prefix) => [
      allow(['s3:GetObject', 's3:PutObject'], [`${bucketArn}/${prefix}*`]),
      // With this permission S3 reports a missing object as missing, not as forbidden.
      allow(['s3:ListBucket'], [bucketArn], { StringLike: { 's3:prefix': [`${prefix}*`, ''] } }),
      this.#throughService('s3', ['kms:Decrypt', 'kms:GenerateDataKey'], { 'aws:s3:arn': [bucketArn] }),
    ]);
  }

  #toSigningKeys({ keys }: Grants): PolicyStatement[] {
    return (['jwt', 'audit'] as const).flatMap((name: SigningKeyName) => {
      const resources = [this.#resources.keys.signing[name].keyArn];
      return [
        // KMS provides both for every signature. `IfExists` is for a key store that does not show them to policies.
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
   * Access to data keys is limited by the purpose in their context, which the key store authenticates: a function that
   * only keeps responses for `Idempotency-Key` can decrypt no secret, and one that only handles secrets can decrypt no
   * kept response.
   */
  #toDataKeys({ access, idempotent }: GrantSource): PolicyStatement {
    const keptResponses = { 'kms:EncryptionContext:purpose': 'idempotency' };
    const conditions = () => {
      const { dataKeyPurpose } = access;
      if (dataKeyPurpose)
        return { StringEqualsIfExists: { 'kms:EncryptionContext:purpose': dataKeyPurpose } };
      if (!access.keys?.includes('data')) return { StringEqualsIfExists: keptResponses };
      return idempotent ? undefined : { StringNotEquals: keptResponses };
    };
    return allow(['kms:GenerateDataKey', 'kms:Decrypt'], [this.#resources.keys.data.keyArn], conditions());
  }

  /** Functions by name, because a function that starts itself again cannot refer to its own attribute. */
  #toBackground({ background }: Grants): PolicyStatement[] {
    if (background.size === 0) return [];
    const { stackName } = Stack.of(this);
    const arns = [...background].map((operationId) =>
      functionArn(this, functionName(stackName, operationId)),
    );
    return [allow(['lambda:InvokeFunction'], arns)];
  }

  /** What a ping asks the object store and the key store. */
  #toPing(): PolicyStatement[] {
    const { buckets, keys } = this.#resources;
    return [
      allow(['s3:ListBucket'], [buckets.objects.bucketArn], { StringEquals: { 's3:prefix': 'ping' } }),
      allow(['kms:DescribeKey'], [keys.data.keyArn]),
    ];
  }

  /** The storage key, only as used by a service on the caller's behalf, for the given resources. */
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
      tableVariable(name),
      this.#resources.tables.get(name).tableName,
    ]);
    const started = [...grants.background].map((operationId) => [
      jobVariable(operationId),
      functionName(Stack.of(this).stackName, operationId),
    ]);
    return {
      ...Object.fromEntries([...named, ...started]),
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
