import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runsOnAws } from '../../contract/define-job.ts';
import type { FunctionRecord } from '../../contract/define-route.ts';
import { grantsOf } from '../../contract/grants.ts';
import { jobs } from '../../contract/jobs.ts';
import { operationFile } from '../../contract/operation-file.ts';
import { routes } from '../../contract/routes.ts';
import { root } from '../../infra/bundle.ts';
import { pathOf, roleStatements, statementsOf, textOf } from './policies.ts';
import type { Synthesis } from './synthesis.ts';

const deployedJobs = jobs.filter(runsOnAws);
/** Everything that has a function on AWS. */
const records: readonly FunctionRecord[] = [...routes, ...deployedJobs];

export function operationsSuite(synthesis: () => Synthesis): void {
  const functions = () => synthesis().ofType('AWS::Lambda::Function');
  const functionOf = (operationId: string) => {
    const name = `Strongroom-${operationId.replace('.', '-')}`;
    const [id, resource] = functions().find(([, { Properties }]) => Properties.FunctionName === name) ?? [];
    if (!id || !resource) throw new Error(`no function ${name}`);
    return { id, resource, ...resource.Properties };
  };

  /** Whether a value of the template is the ARN of a function. */
  const isFunction = (value: unknown, id: string) =>
    JSON.stringify(value) === JSON.stringify({ 'Fn::GetAtt': [id, 'Arn'] });
  const rulesOf = (id: string) =>
    synthesis()
      .ofType('AWS::Events::Rule')
      .map(([, { Properties }]) => Properties)
      .filter(({ Targets }) => isFunction(Targets[0].Arn, id));

  /** What API Gateway may invoke by its role. */
  const invoked = () =>
    roleStatements(synthesis())
      .filter(({ holder }) => holder.startsWith('Api/Invoker/'))
      .flatMap(({ statement: { effect, actions, resources } }) => {
        expect([effect, actions]).toEqual(['Allow', ['lambda:InvokeFunction']]);
        return resources;
      });
  /** What services may invoke by a permission on the function. */
  const permitted = () =>
    synthesis()
      .ofType('AWS::Lambda::Permission')
      .map(([, { Properties }]) => textOf(synthesis(), Properties.FunctionName));

  describe('operation, route, file, function and role', () => {
    test('has one route for each operation', () => {
      const ids = routes.map(({ operationId }) => operationId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(ids.length);
    });

    test.each([...routes, ...jobs].map((record) => [record.operationId]))(
      '%s has a file that exports its handler',
      async (operationId) => {
        const file = join(root, 'lambdas', operationFile(operationId));
        expect(existsSync(file)).toBe(true);
        const module = await import(file);
        expect(Object.keys(module)).toEqual(['handler']);
        expect(module.handler).toBeTypeOf('function');
      },
    );

    test('has no other file that exports a handler', async () => {
      const folder = join(root, 'lambdas');
      const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
      const texts = await Promise.all(
        files.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
      );
      const handlers = texts.filter(([, text]) =>
        /^export (const|function|async function|let) handler\b/m.test(text),
      );
      const expected = [...routes, ...jobs].map(({ operationId }) => operationFile(operationId));
      expect(handlers.map(([name]) => name).sort()).toEqual(expected.sort());
    });

    test('has one function for each operation and each job on AWS, and no others', () => {
      const names = functions().map(([, { Properties }]) => Properties.FunctionName);
      const expected = records.map(({ operationId }) => `Strongroom-${operationId.replace('.', '-')}`);
      expect(names.sort()).toEqual(expected.sort());
    });

    test.each(routes.map((route) => [route.operationId, route] as const))(
      '%s has a function with a role and a log of its own, which API Gateway may invoke',
      (operationId, route) => {
        const target = functionOf(operationId);
        const own = pathOf(target.resource).split('/')[0];
        expect(textOf(synthesis(), target.Role)).toBe(`${own}/Role`);
        expect(textOf(synthesis(), target.LoggingConfig.LogGroup)).toBe(`${own}/Log`);
        expect(target).toMatchObject({
          Runtime: 'nodejs24.x',
          Architectures: ['arm64'],
          Handler: 'index.handler',
          MemorySize: route.memoryMiB ?? 512,
          Timeout: route.timeoutSeconds ?? 15,
        });
        expect(invoked().filter((path) => path === `${own}/Function`)).toHaveLength(1);
      },
    );

    test.each(deployedJobs.map((job) => [job.operationId, job] as const))(
      '%s has a function with a role and a log of its own, which only its triggers may invoke',
      (operationId, { every, on = [], memoryMiB = 512, timeoutSeconds, retries = 0 }) => {
        const target = functionOf(operationId);
        const own = pathOf(target.resource).split('/')[0];
        expect(textOf(synthesis(), target.Role)).toBe(`${own}/Role`);
        expect(textOf(synthesis(), target.LoggingConfig.LogGroup)).toBe(`${own}/Log`);
        expect(target).toMatchObject({ MemorySize: memoryMiB, Timeout: timeoutSeconds });
        expect(invoked()).not.toContain(`${own}/Function`);
        const rules = rulesOf(target.id);
        expect(permitted().filter((path) => path === `${own}/Function`)).toHaveLength(rules.length);
        for (const { Targets } of rules) expect(Targets[0].RetryPolicy.MaximumRetryAttempts).toBe(retries);
        expect(rules.flatMap(({ ScheduleExpression = [] }) => ScheduleExpression).map(secondsOf)).toEqual(
          every?.aws === undefined ? [] : [every.aws],
        );
        const events = rules.flatMap(({ EventPattern = [] }) => EventPattern);
        expect(events.map((event) => event['detail-type'])).toEqual(
          on.includes('ecsTaskStateChange') ? [['ECS Task State Change']] : [],
        );
        const resources = synthesis().ofType('Custom::AdministratorKey');
        const creates = resources.filter(([, { Properties }]) =>
          isFunction(Properties.ServiceToken, target.id),
        );
        expect(creates).toHaveLength(on.includes('stackCreation') ? 1 : 0);
      },
    );

    test('gives each function its own role, with a name that is not too long', () => {
      const roles = functions().map(([, { Properties }]) => textOf(synthesis(), Properties.Role));
      expect(new Set(roles).size).toBe(functions().length);
      for (const [, { Properties }] of synthesis().ofType('AWS::IAM::Role')) {
        if (!Properties.RoleName) continue;
        const name = textOf(synthesis(), Properties.RoleName).replace('AWS::Region', 'ap-southeast-1');
        expect(name.replace('Strongroom', 'N'.repeat(16)).length).toBeLessThanOrEqual(64);
      }
    });

    test('fits the functions of API Gateway into its policies, whatever the names of stack and region', () => {
      for (const [, { Properties }] of synthesis().ofType('AWS::IAM::ManagedPolicy')) {
        const [{ resources = [] } = {}] = statementsOf(synthesis(), Properties.PolicyDocument);
        const names = functions().map(([, resource]) => [pathOf(resource), resource.Properties.FunctionName]);
        const lengths = resources.map((path) => {
          const name: string = names.find(([each]) => each === path)?.[1];
          const longest = name.replace('Strongroom', 'N'.repeat(16));
          return `"arn:aws-us-gov:lambda:ap-southeast-1:123456789012:function:${longest}",`.length;
        });
        // 6,144 characters, of which the statement around the list takes less than 144.
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(6_000);
      }
    });

    test('puts exactly the functions that call sandboxes into the network', () => {
      const inside = functions().flatMap(([, { Properties }]) =>
        Properties.VpcConfig ? [Properties.FunctionName] : [],
      );
      const expected = records.flatMap((record) =>
        grantsOf(record).sandboxes || record.operationId === 'jobs.fetchSandboxKey'
          ? [`Strongroom-${record.operationId.replace('.', '-')}`]
          : [],
      );
      expect(inside.sort()).toEqual(expected.sort());
    });

    test('keeps logs for a configured time', () => {
      for (const [, { Properties }] of synthesis().ofType('AWS::Logs::LogGroup')) {
        expect(Properties.RetentionInDays).toBe(90);
      }
    });
  });
}

/** `rate(5 minutes)` is 300. */
function secondsOf(expression: string): number {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return Number(count) * ({ minute: 60, hour: 3600, day: 86_400 }[unit] ?? Number.NaN);
}
