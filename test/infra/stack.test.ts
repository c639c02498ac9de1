import { describe, expect, test } from 'vitest';
import { accessSuite } from './access.suite.ts';
import { apiSuite } from './api.suite.ts';
import { nagSuite } from './nag.suite.ts';
import { operationsSuite } from './operations.suite.ts';
import { roleStatements, textOf } from './policies.ts';
import { resourcesSuite } from './resources.suite.ts';
import { type Synthesis, synthesize } from './synthesis.ts';

const installation = synthesize();
const ofType = ({ ofType }: Synthesis, type: string) => ofType(type).map(([, { Properties }]) => Properties);

// Contexts that several tests read, because a synthesis takes seconds.
const bedrockAndPool = {
  ...{ generatorModel: 'eu.anthropic.claude-sonnet-4' },
  ...{ sandboxes: '9', spare: '3', offHours: '20:00-07:00 Europe/Berlin' },
};
const packageIndex = 'https://pypi.example/simple';
const vpcEndpoints = 'vpce-0123456789abcdef0,vpce-0fedcba9876543210';
const allPrivate = { endpoint: 'private', vpcEndpoints, packageIndex, packageNetwork: 'private' };

operationsSuite(() => installation);
accessSuite(() => installation);
apiSuite(() => installation);
resourcesSuite(() => installation);
nagSuite(() => installation);

test('the template changes only with its snapshot', async () => {
  const hash = /\b[0-9a-f]{64}\b/g;
  const withoutMetadata = (name: string, value: unknown) => (name === 'Metadata' ? undefined : value);
  const text = JSON.stringify(installation.template, withoutMetadata, 1).replaceAll(hash, 'ASSET');
  // The id of a deployment contains a hash of the API and its functions.
  await expect(text.replaceAll(/(ApiRestDeployment)[0-9A-Fa-f]{40}/g, '$1')).toMatchFileSnapshot(
    '__snapshots__/template.snap',
  );
});

describe('what an operator sets', () => {
  const webAcl = 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/edge/0123';
  const chosen = () =>
    synthesize({
      ...{ registration: 'example.com', apiRateLimit: '5/60', authRateLimit: '3/600' },
      ...{ protect: 'off', name: 'Vault-2', webAcl },
    });

  test('reaches every function', () => {
    const functions = ofType(chosen(), 'AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(0);
    for (const { Environment } of functions) {
      expect(Environment.Variables).toMatchObject({
        STRONGROOM_VERSION: '1.2.3',
        STRONGROOM_REGISTRATION: 'example.com',
        STRONGROOM_API_RATE_LIMIT: '5/60',
        STRONGROOM_AUTH_RATE_LIMIT: '3/600',
      });
    }
  });

  test('protect=off deletes everything with the stack', () => {
    const synthesis = chosen();
    const policies = Object.values(synthesis.template.Resources).map(({ DeletionPolicy }) => DeletionPolicy);
    expect(policies.filter((policy) => policy !== undefined && policy !== 'Delete')).toEqual(
      // API Gateway's role for its logs belongs to the account.
      ['Retain', 'Retain'],
    );
    for (const { DeletionProtectionEnabled } of ofType(synthesis, 'AWS::DynamoDB::Table')) {
      expect(DeletionProtectionEnabled).toBe(false);
    }
  });

  test('webAcl associates a web ACL with the API', () => {
    const [association] = ofType(chosen(), 'AWS::WAFv2::WebACLAssociation');
    expect(association.WebACLArn).toBe(webAcl);
  });

  test('name names the stack and everything in it', () => {
    const synthesis = chosen();
    expect(synthesis.stack.stackName).toBe('Vault-2');
    expect(JSON.stringify(synthesis.template)).not.toContain('Strongroom-');
  });
});

describe('the language model', () => {
  const statementsOf = (synthesis: Synthesis) =>
    synthesis
      .ofType('AWS::IAM::Role')
      .filter(([, { Properties }]) => /programs-generate/.test(textOf(synthesis, Properties.RoleName ?? '')))
      .flatMap(([, { Properties }]) => Properties.Policies[0].PolicyDocument.Statement);
  const resources = (synthesis: Synthesis, action: string) =>
    statementsOf(synthesis)
      .filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => [Resource].flat().map((resource) => textOf(synthesis, resource)));

  test('is closed to every function unless the operator names one', () => {
    expect(resources(installation, 'bedrock:InvokeModel')).toEqual([]);
    expect(ofType(installation, 'AWS::EC2::NatGateway')).toEqual([]);
  });

  test('is the named model of Bedrock, and no other, through an endpoint', () => {
    const synthesis = synthesize(bedrockAndPool);
    expect(resources(synthesis, 'bedrock:InvokeModel')).toEqual([
      expect.stringMatching(/:bedrock:.*:inference-profile\/eu\.anthropic\.claude-sonnet-4$/),
      expect.stringMatching(/:bedrock:\*::foundation-model\/anthropic\.claude-sonnet-4$/),
    ]);
    const services = ofType(synthesis, 'AWS::EC2::VPCEndpoint').map(({ ServiceName }) =>
      textOf(synthesis, ServiceName),
    );
    expect(services.some((service) => service.endsWith('bedrock-runtime'))).toBe(true);
    expect(ofType(synthesis, 'AWS::EC2::NatGateway')).toEqual([]);
    for (const { Environment } of ofType(synthesis, 'AWS::Lambda::Function')) {
      if (Environment?.Variables.STRONGROOM_TABLE_COUNTERS) {
        expect(Environment.Variables.STRONGROOM_GENERATOR).toBe('bedrock');
      }
    }
  });

  test('of another provider is reached from subnets of the functions, with a key from Secrets Manager', () => {
    const generatorKeySecret = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:model-key-AbCdEf';
    const synthesis = synthesize({ generator: 'anthropic', generatorModel: 'claude', generatorKeySecret });
    expect(resources(synthesis, 'secretsmanager:GetSecretValue')).toEqual([generatorKeySecret]);
    expect(ofType(synthesis, 'AWS::EC2::NatGateway')).toHaveLength(1);
    const subnets = ofType(synthesis, 'AWS::Lambda::Function').flatMap(({ VpcConfig }) =>
      (VpcConfig?.SubnetIds ?? []).map((id: unknown) => JSON.stringify(id)),
    );
    expect(subnets.length).toBeGreaterThan(0);
    expect(subnets.filter((id) => !id.includes('FunctionsSubnet'))).toEqual([]);
  });
});

describe('endpoint=private', () => {
  const condition = ({ Policy }: { Policy: { Statement: { Effect: string; Condition: unknown }[] } }) =>
    Policy.Statement.find(({ Effect }) => Effect === 'Deny')?.Condition;

  test('makes the API reachable through its own endpoint, from the named networks', () => {
    const synthesis = synthesize({ endpoint: 'private', clients: '10.0.0.0/8,192.168.4.0/22' });
    const [api] = ofType(synthesis, 'AWS::ApiGateway::RestApi');
    expect(api.EndpointConfiguration.Types).toEqual(['PRIVATE']);
    const [id] = api.EndpointConfiguration.VpcEndpointIds;
    expect(textOf(synthesis, id)).toBe('Network/Vpc/Api');
    expect(condition(api)).toEqual({ StringNotEquals: { 'aws:SourceVpce': [id] } });
    const group = ofType(synthesis, 'AWS::EC2::SecurityGroup').find(
      ({ GroupDescription }) => GroupDescription === 'Callers of the private API',
    );
    expect(group.SecurityGroupIngress.map(({ CidrIp }: { CidrIp: string }) => CidrIp)).toEqual([
      '10.73.0.0/22',
      '10.0.0.0/8',
      '192.168.4.0/22',
    ]);
  });

  test('uses existing endpoints, and creates none', () => {
    const synthesis = synthesize(allPrivate);
    const [api] = ofType(synthesis, 'AWS::ApiGateway::RestApi');
    expect(condition(api)).toEqual({ StringNotEquals: { 'aws:SourceVpce': vpcEndpoints.split(',') } });
    expect(ofType(synthesis, 'AWS::EC2::VPCEndpoint').length).toBe(
      ofType(installation, 'AWS::EC2::VPCEndpoint').length,
    );
  });

  test('is not the default', () => {
    const [api] = ofType(installation, 'AWS::ApiGateway::RestApi');
    expect(api).not.toHaveProperty('Policy');
    expect(api.EndpointConfiguration.Types).toEqual(['REGIONAL']);
  });
});

describe('packages', () => {
  const enabled = synthesize({ packageIndex });
  nagSuite(() => enabled);

  const task = (synthesis: Synthesis) =>
    ofType(synthesis, 'AWS::ECS::TaskDefinition').find(({ Family }) => Family.endsWith('-builder'));
  const variables = (synthesis: Synthesis, name: string) =>
    ofType(synthesis, 'AWS::Lambda::Function').find(
      ({ FunctionName }) => FunctionName === `Strongroom-${name}`,
    ).Environment.Variables;
  const statements = (synthesis: Synthesis, holder: string) =>
    roleStatements(synthesis).flatMap((entry) => (entry.holder === holder ? [entry.statement] : []));

  test('are not built unless the operator names an index', () => {
    expect(task(installation)).toBeUndefined();
    expect(variables(installation, 'packages-replace')).not.toHaveProperty('STRONGROOM_BUILDER_TASK');
    expect(statements(installation, 'PackagesReplace/Role').flatMap(({ actions }) => actions)).not.toContain(
      'ecs:RunTask',
    );
  });

  test('are built by a task with the sandbox’s image and without a role', () => {
    const { ContainerDefinitions, ...definition } = task(enabled);
    expect(definition).not.toHaveProperty('TaskRoleArn');
    const [container, ...more] = ContainerDefinitions;
    expect(more).toEqual([]);
    expect(container).toMatchObject({
      Name: 'builder',
      EntryPoint: ['python3', '-I', '-B', '/opt/strongroom/builder'],
      ReadonlyRootFilesystem: true,
      Environment: [{ Name: 'STRONGROOM_PACKAGE_INDEX', Value: packageIndex }],
    });
    expect(container).not.toHaveProperty('Secrets');
  });

  test.each(['Add', 'Replace', 'Remove', 'List', 'GetLock'])(
    'are built by packages.%s with no more access than it needs',
    (name) => {
      const own = statements(enabled, `Packages${name}/Role`);
      const pairs = own.flatMap(({ actions, resources }) =>
        actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
      );
      const about = (service: string) => pairs.filter((pair) => pair.startsWith(service)).sort();
      expect(about('s3:')).toEqual([
        's3:GetObject Buckets/Objects/packages/*',
        's3:ListBucket Buckets/Objects',
        's3:PutObject Buckets/Objects/packages/*',
      ]);
      expect(about('ecs:')).toEqual(['ecs:RunTask PackageBuilder/Task']);
      expect(about('iam:')).toEqual(['iam:PassRole Sandbox/Starter']);
      const passes = own.find(({ actions }) => actions.includes('iam:PassRole'));
      expect(passes?.condition).toEqual({
        StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      });
      const runs = own.find(({ actions }) => actions.includes('ecs:RunTask'));
      expect(JSON.stringify(runs?.condition)).toContain('ecs:cluster');
      expect(Object.keys(variables(enabled, `packages-${name[0]?.toLowerCase()}${name.slice(1)}`))).toEqual(
        expect.arrayContaining([
          'STRONGROOM_BUCKET',
          ...['TASK', 'CLUSTER', 'SUBNETS', 'SECURITY_GROUPS'].map((part) => `STRONGROOM_BUILDER_${part}`),
        ]),
      );
    },
  );

  test('reach the internet only from subnets of the builder', () => {
    expect(ofType(enabled, 'AWS::EC2::NatGateway')).toHaveLength(1);
    const used = ofType(enabled, 'AWS::Lambda::Function').flatMap(({ VpcConfig }) =>
      (VpcConfig?.SubnetIds ?? []).map((id: unknown) => JSON.stringify(id)),
    );
    expect(used.filter((id) => !id.includes('IsolatedSubnet'))).toEqual([]);
    const subnetsOf = (value: unknown) => JSON.stringify(value).match(/[A-Z][a-z]+Subnet\d/g) ?? [];
    expect(new Set(subnetsOf(variables(enabled, 'packages-replace').STRONGROOM_BUILDER_SUBNETS))).toEqual(
      new Set(['BuildersSubnet1', 'BuildersSubnet2']),
    );
    expect(new Set(subnetsOf(variables(enabled, 'jobs-reconcilePool').STRONGROOM_POOL_SUBNETS))).toEqual(
      new Set(['IsolatedSubnet1', 'IsolatedSubnet2']),
    );
  });

  test('of an index in the operator’s own network need no connection to the internet', () => {
    const synthesis = synthesize(allPrivate);
    for (const type of ['InternetGateway', 'NatGateway', 'Route']) {
      expect(ofType(synthesis, `AWS::EC2::${type}`)).toEqual([]);
    }
  });

  test('leave the template below CloudFormation’s limits, with a model of another provider too', () => {
    const all = synthesize({
      packageIndex,
      generator: 'anthropic',
      generatorModel: 'claude',
      endpoint: 'private',
    });
    // CloudFormation accepts 500. With every option on, there are more than 450 since decision 0046.
    expect(Object.keys(all.template.Resources).length).toBeLessThan(480);
    const [vpc] = ofType(all, 'AWS::EC2::VPC');
    expect(vpc.CidrBlock).toBe('10.73.0.0/22');
    expect(ofType(all, 'AWS::EC2::Subnet')).toHaveLength(8);
  });
});

describe('the pool', () => {
  const reconciler = (context: Readonly<Record<string, string>>) =>
    ofType(synthesize(context), 'AWS::Lambda::Function').find(
      ({ FunctionName }) => FunctionName === 'Strongroom-jobs-reconcilePool',
    ).Environment.Variables;

  test('has the size that the operator chose', () => {
    expect(reconciler(bedrockAndPool)).toMatchObject({
      STRONGROOM_POOL_SIZE: '9',
      STRONGROOM_POOL_SPARE: '3',
      STRONGROOM_POOL_OFF_HOURS: '20:00-07:00 Europe/Berlin',
    });
  });

  test('creates nothing that costs money while idle with sandboxes=0', () => {
    const none = synthesize({ sandboxes: '0' });
    expect(ofType(none, 'AWS::ECS::Cluster')).toEqual([]);
    expect(ofType(none, 'AWS::EC2::VPCEndpoint')).toHaveLength(4);
  });

  test('has one function that starts tasks, in its own cluster', () => {
    const starters = roleStatements(installation).filter(({ statement }) =>
      statement.actions.some((action) => action.startsWith('ecs:')),
    );
    expect(new Set(starters.map(({ holder }) => holder))).toEqual(new Set(['JobsReconcilePool/Role']));
    for (const { statement } of starters)
      expect(JSON.stringify(statement.condition)).toContain('ecs:cluster');
  });

  test('has a function for the keys of sandboxes that may do nothing else', () => {
    const actions = roleStatements(installation)
      .filter(
        ({ holder, statement }) => holder === 'JobsFetchSandboxKey/Role' && statement.effect === 'Allow',
      )
      .flatMap(({ statement }) => statement.actions);
    expect(actions.filter((action) => !/^(logs|ec2):/.test(action))).toEqual([]);
  });
});
