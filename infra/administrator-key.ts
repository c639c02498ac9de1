import { CustomResource, Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Access, allow } from './access.ts';
import { BundledFunction } from './api-function.ts';
import type { Tables } from './tables.ts';

export type AdministratorKeyProps = {
  readonly bundle: string;
  readonly access: Access;
  readonly tables: Tables;
  readonly key: IKey;
  readonly keep: RemovalPolicy;
  readonly logDays: number;
};

/**
 * The global administrator's key. A function mints it when the stack is made, once: the key goes to the secret, its
 * hash to the table of credentials. It passes no template, output or answer of CloudFormation.
 */
export class AdministratorKey extends Construct {
  readonly secretArn: string;

  constructor(
    scope: Construct,
    id: string,
    { bundle, access, tables, key, keep, logDays }: AdministratorKeyProps,
  ) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    // Without a value: CloudFormation cannot make a key of the right shape, and is not to know one.
    const secret = new CfnSecret(this, 'Secret', {
      description: `${stackName}: key of the global administrator`,
      kmsKeyId: key.keyArn,
    });
    secret.applyRemovalPolicy(keep);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The key is the installation’s own credential; a new one has to go to the table of credentials too.',
    });
    this.secretArn = secret.attrId;

    const minter = new BundledFunction(this, 'Minter', {
      name: 'administrator-key',
      description: 'Makes the key of the global administrator, once',
      bundle,
      memoryMiB: 512,
      timeoutSeconds: 60,
      logDays,
      access: {
        statements: [
          ...access.toTables(
            new Map([
              ['credentials', new Set(['dynamodb:GetItem', 'dynamodb:PutItem'])],
              ['orgs', new Set(['dynamodb:PutItem'])],
            ]),
          ),
          allow(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], [this.secretArn]),
          allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn], {
            StringEquals: {
              'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
              'kms:EncryptionContext:SecretARN': this.secretArn,
            },
          }),
        ],
        environment: {
          STRONGROOM_TABLE_CREDENTIALS: tables.get('credentials').tableName,
          STRONGROOM_TABLE_ORGS: tables.get('orgs').tableName,
          STRONGROOM_ADMINISTRATOR_SECRET: this.secretArn,
        },
      },
    });
    const made = new CustomResource(this, 'Key', {
      serviceToken: minter.function.functionArn,
      resourceType: 'Custom::AdministratorKey',
      serviceTimeout: Duration.minutes(3),
    });
    // Its permissions are a part of the role, but nothing says that the role comes first.
    made.node.addDependency(minter);
  }
}
