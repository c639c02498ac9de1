import { CustomResource, Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { BundledFunction } from './api-function.ts';
import { allow, type FunctionAccess } from './statements.ts';

export type AdministratorKeyProps = { readonly key: IKey; readonly keep: RemovalPolicy };

/**
 * The secret with the global administrator's key. A job creates the key once, when the stack is created: it stores the
 * key in the secret, and its hash in the table of credentials. The key passes through no template, output or response
 * to CloudFormation.
 */
export class AdministratorKey extends Construct implements FunctionAccess {
  readonly secretArn: string;
  readonly statements: FunctionAccess['statements'];
  readonly environment: FunctionAccess['environment'];

  constructor(scope: Construct, id: string, { key, keep }: AdministratorKeyProps) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    // Without a value, because CloudFormation cannot create a key of the right format and must not know one.
    const secret = new CfnSecret(this, 'Secret', {
      description: `${stackName}: key of the global administrator`,
      kmsKeyId: key.keyArn,
    });
    secret.applyRemovalPolicy(keep);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The key is a credential of the installation itself; rotating it must change the table of credentials too.',
    });
    this.secretArn = secret.attrId;
    this.environment = { STRONGROOM_ADMINISTRATOR_SECRET: this.secretArn };
    this.statements = [
      allow(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], [this.secretArn]),
      allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn], {
        StringEquals: {
          'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
          'kms:EncryptionContext:SecretARN': this.secretArn,
        },
      }),
    ];
  }

  /** Invokes the job when the stack is created. */
  createBy(job: BundledFunction): void {
    const created = new CustomResource(this, 'Created', {
      serviceToken: job.function.functionArn,
      resourceType: 'Custom::AdministratorKey',
      serviceTimeout: Duration.minutes(3),
    });
    // The function's permissions are part of its role, which CloudFormation does not wait for otherwise.
    created.node.addDependency(job);
  }
}
