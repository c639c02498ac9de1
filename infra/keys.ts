import type { RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { SigningKeyName } from '../contract/resources.ts';

/** The KMS keys of the installation. None can be exported, and each has one purpose. */
export class Keys extends Construct {
  /** Wraps the data keys of secrets and of kept responses. Without access to it, no one can decrypt a secret. */
  readonly data: Key;
  /** Encrypts tables, buckets and the administrator's key at rest. It is used only through those services. */
  readonly storage: Key;
  readonly signing: { readonly [name in SigningKeyName]: Key };

  constructor(
    scope: Construct,
    id: string,
    { name, keep }: { readonly name: string; readonly keep: RemovalPolicy },
  ) {
    super(scope, id);
    const symmetric = (id: string, use: string, description: string) =>
      new Key(this, id, {
        alias: `${name}/${use}`,
        description: `${name}: ${description}`,
        enableKeyRotation: true,
        removalPolicy: keep,
      });
    const signing = (id: string, use: SigningKeyName, description: string) =>
      new Key(this, id, {
        alias: `${name}/${use}`,
        description: `${name}: ${description}`,
        keySpec: KeySpec.ECC_NIST_P256,
        keyUsage: KeyUsage.SIGN_VERIFY,
        removalPolicy: keep,
      });
    this.data = symmetric('Data', 'data', 'wraps the data keys of what is stored');
    this.storage = symmetric('Storage', 'storage', 'encrypts tables and buckets at rest');
    this.signing = {
      jwt: signing('Jwt', 'jwt', 'signs tokens'),
      audit: signing('Audit', 'audit', 'signs checkpoints of the audit log'),
    };
  }
}
