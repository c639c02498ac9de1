import { describe, expect, test } from 'vitest';
import { accessSuite } from './access.suite.ts';
import { apiSuite } from './api.suite.ts';
import { nagSuite } from './nag.suite.ts';
import { operationsSuite } from './operations.suite.ts';
import { textOf } from './policies.ts';
import { resourcesSuite } from './resources.suite.ts';
import { type Synthesis, synthesize } from './synthesis.ts';

const installation = synthesize();
const ofType = ({ ofType }: Synthesis, type: string) => ofType(type).map(([, { Properties }]) => Properties);

operationsSuite(() => installation);
accessSuite(() => installation);
apiSuite(() => installation);
resourcesSuite(() => installation);
nagSuite(() => installation);

test('the template changes only where somebody meant it to', async () => {
  const hash = /\b[0-9a-f]{64}\b/g;
  const withoutMetadata = (name: string, value: unknown) => (name === 'Metadata' ? undefined : value);
  const text = JSON.stringify(installation.template, withoutMetadata, 1).replaceAll(hash, 'ASSET');
  // The name of a deployment is a hash of the API with its functions.
  await expect(text.replaceAll(/(ApiRestDeployment)[0-9A-Fa-f]{40}/g, '$1')).toMatchFileSnapshot(
    '__snapshots__/template.snap',
  );
});

describe('what an operator sets', () => {
  test('reaches every function', () => {
    const context = { registration: 'example.com', limit: '5/60', authLimit: '3/600' };
    const functions = ofType(synthesize(context), 'AWS::Lambda::Function').filter(
      ({ FunctionName }) => !/-(administrator-key|seal|sweep)$/.test(FunctionName),
    );
    expect(functions.length).toBeGreaterThan(0);
    for (const { Environment } of functions) {
      expect(Environment.Variables).toMatchObject({
        STRONGROOM_VERSION: '1.2.3',
        STRONGROOM_REGISTRATION: 'example.com',
        STRONGROOM_LIMIT: '5/60',
        STRONGROOM_AUTH_LIMIT: '3/600',
      });
    }
  });

  test('protect=off lets everything go with the stack', () => {
    const synthesis = synthesize({ protect: 'off' });
    const policies = Object.values(synthesis.template.Resources).map(({ DeletionPolicy }) => DeletionPolicy);
    expect(policies.filter((policy) => policy !== undefined && policy !== 'Delete')).toEqual(
      // API Gateway's role for its logs, which is the account's.
      ['Retain', 'Retain'],
    );
    for (const { DeletionProtectionEnabled } of ofType(synthesis, 'AWS::DynamoDB::Table')) {
      expect(DeletionProtectionEnabled).toBe(false);
    }
  });

  test('webAcl puts a web ACL before the API', () => {
    const webAcl = 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/edge/0123';
    const [association] = ofType(synthesize({ webAcl }), 'AWS::WAFv2::WebACLAssociation');
    expect(association.WebACLArn).toBe(webAcl);
  });

  test('name names the stack and all in it', () => {
    const synthesis = synthesize({ name: 'Vault-2' });
    expect(synthesis.stack.stackName).toBe('Vault-2');
    expect(JSON.stringify(synthesis.template)).not.toContain('Strongroom-');
  });
});

describe('the language model', () => {
  const statementsOf = (synthesis: Synthesis) =>
    synthesis
      .ofType('AWS::IAM::Role')
      .filter(([, { Properties }]) => /generate-create/.test(textOf(synthesis, Properties.RoleName ?? '')))
      .flatMap(([, { Properties }]) => Properties.Policies[0].PolicyDocument.Statement);
  const resources = (synthesis: Synthesis, action: string) =>
    statementsOf(synthesis)
      .filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => [Resource].flat().map((resource) => textOf(synthesis, resource)));

  test('is nobody’s to ask unless the operator names one', () => {
    expect(resources(installation, 'bedrock:InvokeModel')).toEqual([]);
    expect(ofType(installation, 'AWS::EC2::NatGateway')).toEqual([]);
  });

  test('is one of Bedrock where a model is named, through an endpoint, and that model alone', () => {
    const synthesis = synthesize({ generatorModel: 'eu.anthropic.claude-sonnet-4' });
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
      if (Environment.Variables.STRONGROOM_TABLE_COUNTERS) {
        expect(Environment.Variables.STRONGROOM_GENERATOR).toBe('bedrock');
      }
    }
  });

  test('of another provider is reached from subnets of the functions, and its key is in Secrets Manager', () => {
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

  test('is reached through an endpoint of its own, from the networks that are named', () => {
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

  test('is reached through endpoints that are there, and makes none', () => {
    const vpcEndpoints = 'vpce-0123456789abcdef0,vpce-0fedcba9876543210';
    const synthesis = synthesize({ endpoint: 'private', vpcEndpoints });
    const [api] = ofType(synthesis, 'AWS::ApiGateway::RestApi');
    expect(condition(api)).toEqual({ StringNotEquals: { 'aws:SourceVpce': vpcEndpoints.split(',') } });
    expect(ofType(synthesis, 'AWS::EC2::VPCEndpoint').length).toBe(4);
  });

  test('is open to nobody by a public address', () => {
    const [api] = ofType(installation, 'AWS::ApiGateway::RestApi');
    expect(api).not.toHaveProperty('Policy');
    expect(api.EndpointConfiguration.Types).toEqual(['REGIONAL']);
  });
});
