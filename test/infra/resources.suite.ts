import { describe, expect, test } from 'vitest';
import { tables } from '../../contract/resources.ts';
import { pathOf, roleStatements, statementsOf, textOf } from './policies.ts';
import type { Resource, Synthesis } from './synthesis.ts';

const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
const keptOnceMade = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };

const isRead = (action: string) => /^s3:(Get|List)/.test(action);

export function resourcesSuite(synthesis: () => Synthesis): void {
  const at = (type: string, path: string): Resource => {
    const found = synthesis()
      .ofType(type)
      .find(([, resource]) => pathOf(resource) === path);
    if (!found) throw new Error(`no ${type} at ${path}`);
    return found[1];
  };
  const rules = (type: string) =>
    synthesis()
      .ofType(type)
      .map(([, { Properties }]) => Properties);

  describe('the stack', () => {
    test('stays well below CloudFormation’s limit of 500 resources', () => {
      expect(Object.keys(synthesis().template.Resources).length).toBeLessThan(450);
    });

    test('stays well below CloudFormation’s limit of 1 MB', () => {
      expect(JSON.stringify(synthesis().template).length).toBeLessThan(900_000);
    });

    test('outputs what an operator needs, and no secret', () => {
      const names = Object.keys(tables).map((name) => `Table${name.charAt(0).toUpperCase()}${name.slice(1)}`);
      expect(Object.keys(synthesis().template.Outputs).sort()).toEqual(
        ['AdministratorKeySecret', 'ApiUrl', 'AuditBucket', 'ObjectsBucket', 'SandboxTask', ...names].sort(),
      );
    });
  });

  describe('tables', () => {
    test.each(Object.entries(tables))('include %s', (name, { indexes }) => {
      const table = at('AWS::DynamoDB::Table', `Tables/${name.charAt(0).toUpperCase()}${name.slice(1)}`);
      expect(table).toMatchObject(kept);
      expect(table.Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      });
      expect(textOf(synthesis(), table.Properties.SSESpecification.KMSMasterKeyId)).toBe('Keys/Storage');
      expect(table.Properties.GlobalSecondaryIndexes ?? []).toEqual(
        indexes.map((index) => ({
          IndexName: index,
          KeySchema: [
            { AttributeName: index, KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        })),
      );
    });

    test('are all defined by the contract', () => {
      expect(synthesis().ofType('AWS::DynamoDB::Table').length).toBe(Object.keys(tables).length);
    });
  });

  describe('buckets', () => {
    test('keep objects encrypted by the storage key, versioned and closed to the public', () => {
      const bucket = at('AWS::S3::Bucket', 'Buckets/Objects');
      expect(bucket).toMatchObject(keptOnceMade);
      expect(bucket.Properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        LoggingConfiguration: { LogFilePrefix: 'objects/' },
      });
      const [{ BucketKeyEnabled, ServerSideEncryptionByDefault }] =
        bucket.Properties.BucketEncryption.ServerSideEncryptionConfiguration;
      expect(BucketKeyEnabled).toBe(true);
      expect(textOf(synthesis(), ServerSideEncryptionByDefault.KMSMasterKeyID)).toBe('Keys/Storage');
    });

    test('delete an abandoned upload after a week, and replaced objects after a month', () => {
      const { Rules } = at('AWS::S3::Bucket', 'Buckets/Objects').Properties.LifecycleConfiguration;
      expect(Rules).toContainEqual(
        expect.objectContaining({
          Status: 'Enabled',
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        }),
      );
      expect(Rules).toContainEqual(
        expect.objectContaining({ Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 30 } }),
      );
    });

    test('delete results and responses that are kept for a day for good on the third day', () => {
      const { Rules } = at('AWS::S3::Bucket', 'Buckets/Objects').Properties.LifecycleConfiguration;
      for (const Prefix of ['executions/', 'idempotency/']) {
        expect(Rules).toContainEqual({
          Status: 'Enabled',
          Prefix,
          ExpirationInDays: 2,
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        });
      }
    });

    test('lock the audit log, and let only its job write there', () => {
      const bucket = at('AWS::S3::Bucket', 'Buckets/Audit');
      expect(bucket).toMatchObject(keptOnceMade);
      expect(bucket.Properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
      });
      const writers = roleStatements(synthesis()).filter(
        ({ statement: { effect, actions, resources } }) =>
          effect === 'Allow' &&
          !actions.every(isRead) &&
          resources.some((arn) => arn.includes('Buckets/Audit')),
      );
      expect(writers.map(({ holder }) => holder)).toEqual(['JobsSequenceAuditLog/Role']);
      expect(writers[0]?.statement.actions).toEqual(['s3:GetObject', 's3:PutObject']);
      const signers = roleStatements(synthesis()).filter(
        ({ statement: { actions, resources } }) =>
          actions.includes('kms:Sign') && resources.includes('Keys/Audit'),
      );
      expect(signers.map(({ holder }) => holder)).toEqual(['JobsSequenceAuditLog/Role']);
    });

    test.each(['Objects', 'Audit', 'Log'])('accept only TLS for %s', (name) => {
      const { PolicyDocument } = at('AWS::S3::BucketPolicy', `Buckets/${name}/Policy`).Properties;
      const conditions = statementsOf(synthesis(), PolicyDocument)
        .filter(({ effect, actions }) => effect === 'Deny' && actions.includes('s3:*'))
        .map(({ condition }) => condition);
      expect(conditions).toContainEqual({ Bool: { 'aws:SecureTransport': 'false' } });
      expect(conditions).toContainEqual({ NumericLessThan: { 's3:TlsVersion': 1.2 } });
    });
  });

  describe('keys', () => {
    test.each(['Data', 'Storage'])('include %s, which is rotated', (name) => {
      const key = at('AWS::KMS::Key', `Keys/${name}`);
      expect(key).toMatchObject(keptOnceMade);
      expect(key.Properties).toMatchObject({ EnableKeyRotation: true });
    });

    test.each(['Jwt', 'Audit'])('include %s, which only signs, on P-256', (name) => {
      const key = at('AWS::KMS::Key', `Keys/${name}`);
      expect(key).toMatchObject(keptOnceMade);
      expect(key.Properties).toMatchObject({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    });
  });

  describe('the network', () => {
    test('has no connection to the internet', () => {
      for (const type of ['InternetGateway', 'NatGateway', 'EIP', 'Route', 'EgressOnlyInternetGateway']) {
        expect(synthesis().ofType(`AWS::EC2::${type}`)).toEqual([]);
      }
      for (const { MapPublicIpOnLaunch } of rules('AWS::EC2::Subnet'))
        expect(MapPublicIpOnLaunch).toBe(false);
    });

    test('lets only functions call sandboxes, which reach only what they need to start and S3', () => {
      const incoming = rules('AWS::EC2::SecurityGroupIngress').filter(
        ({ GroupId }) => textOf(synthesis(), GroupId) === 'Network/Sandboxes',
      );
      expect(incoming).toEqual([
        expect.objectContaining({ IpProtocol: 'tcp', FromPort: 8700, ToPort: 8700 }),
      ]);
      expect(textOf(synthesis(), incoming[0].SourceSecurityGroupId)).toBe('Network/Functions');
      const group = at('AWS::EC2::SecurityGroup', 'Network/Sandboxes').Properties;
      expect(group.SecurityGroupIngress).toBeUndefined();
      // Without other routes, "any" address means the gateway endpoint of S3.
      expect(group.SecurityGroupEgress).toEqual([
        expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }),
      ]);
      const outgoing = rules('AWS::EC2::SecurityGroupEgress').filter(
        ({ GroupId }) => textOf(synthesis(), GroupId) === 'Network/Sandboxes',
      );
      expect(outgoing).toEqual([expect.objectContaining({ FromPort: 443, ToPort: 443 })]);
      expect(textOf(synthesis(), outgoing[0].DestinationSecurityGroupId)).toBe('Network/Endpoints');
    });

    test('has endpoints that allow only what belongs to the installation', () => {
      const endpoints = rules('AWS::EC2::VPCEndpoint');
      expect(
        endpoints.map(({ ServiceName }) => textOf(synthesis(), ServiceName).split('.').at(-1)).sort(),
      ).toEqual(['api', 'dkr', 'dynamodb', 'kms', 'lambda', 'logs', 's3']);
      for (const { PolicyDocument } of endpoints) {
        for (const { actions, resources } of statementsOf(synthesis(), PolicyDocument)) {
          for (const action of actions) expect(action).not.toContain('*');
          // These belong to AWS: the bucket with the layers of images, and the permission to pull images.
          const foreign = /:s3:::prod-.*-starport-layer-bucket\/\*$|:repository\//;
          if (actions.join() === 'ecr:GetAuthorizationToken') continue;
          for (const resource of resources.filter((name) => !foreign.test(name)))
            expect(resource).toMatch(
              /^(Tables\/|Buckets\/Objects|Keys\/(Data|Jwt|Audit)|SandboxLog|arn:.*:function:Strongroom-jobs-awaitExecution$)/,
            );
        }
      }
    });

    test('has an endpoint for every call that a function in it makes to AWS', () => {
      const through = rules('AWS::EC2::VPCEndpoint').flatMap(({ PolicyDocument }) =>
        statementsOf(synthesis(), PolicyDocument).flatMap(({ actions }) => actions),
      );
      const inside = synthesis()
        .ofType('AWS::Lambda::Function')
        .filter(([, { Properties }]) => Properties.VpcConfig);
      for (const [, { Properties }] of inside) {
        const role = at('AWS::IAM::Role', textOf(synthesis(), Properties.Role)).Properties;
        const called = statementsOf(synthesis(), role.Policies[0].PolicyDocument)
          .filter(({ resources }) => !resources.includes('Keys/Storage'))
          .flatMap(({ actions }) => actions)
          .filter((action) => /^(dynamodb|s3|kms|lambda):/.test(action));
        expect(through).toEqual(expect.arrayContaining(called));
      }
    });
  });

  describe('the sandbox', () => {
    const task = () => synthesis().ofType('AWS::ECS::TaskDefinition')[0]?.[1].Properties;

    test('has no role of its own', () => {
      expect(task()).not.toHaveProperty('TaskRoleArn');
    });

    test('runs on ARM with a read-only root file system and few capabilities', () => {
      expect(task()).toMatchObject({
        NetworkMode: 'awsvpc',
        RequiresCompatibilities: ['FARGATE'],
        RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      });
      const [container, ...more] = task().ContainerDefinitions;
      expect(more).toEqual([]);
      expect(container).toMatchObject({
        ReadonlyRootFilesystem: true,
        LinuxParameters: { InitProcessEnabled: true },
      });
      for (const needed of ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETPCAP', 'SETUID']) {
        expect(container.LinuxParameters.Capabilities.Drop).not.toContain(needed);
      }
      expect(container).not.toHaveProperty('Environment');
      expect(container).not.toHaveProperty('Secrets');
    });
  });

  describe('the administrator’s key', () => {
    test('is in no template, because its secret is created without a value', () => {
      const secret = at('AWS::SecretsManager::Secret', 'AdministratorKey/Secret');
      expect(secret).toMatchObject(keptOnceMade);
      expect(secret.Properties).not.toHaveProperty('SecretString');
      expect(secret.Properties).not.toHaveProperty('GenerateSecretString');
      expect(textOf(synthesis(), secret.Properties.KmsKeyId)).toBe('Keys/Storage');
    });

    test('is created once its job has the permissions', () => {
      const [, resource] = synthesis().ofType('Custom::AdministratorKey')[0] ?? ['', {} as Resource];
      expect(Object.keys(resource.Properties).sort()).toEqual(['ServiceTimeout', 'ServiceToken']);
      expect((resource.DependsOn ?? []).map((id) => textOf(synthesis(), { Ref: id }))).toContain(
        'JobsCreateAdministratorKey/Role',
      );
    });
  });
}
