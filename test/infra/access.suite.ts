import { describe, expect, test } from 'vitest';
import { runsOnAws } from '../../contract/define-job.ts';
import type { FunctionRecord, TableAction } from '../../contract/define-route.ts';
import { grantsOf } from '../../contract/grants.ts';
import { jobs } from '../../contract/jobs.ts';
import { routes } from '../../contract/routes.ts';
import { PoolSettings } from '../../platform/sandboxes/pool-settings.ts';
import { jobVariable, tableVariable } from '../../platform/variables.ts';
import { roleStatements, type Statement } from './policies.ts';
import type { Synthesis } from './synthesis.ts';

/** Statements that cannot name a resource, or that name everything in a bucket. */
const wildcards: readonly { readonly holder: RegExp; readonly resource: RegExp; readonly reason: string }[] =
  [
    {
      holder:
        /^(Executions(Create|Get|Stop|StreamEvents|GetFile)|JobsAwaitExecution|ProgramsGenerate|ZkCreateSession|ZkExecute|JobsFetchSandboxKey)\/Role$/,
      resource: /^\*$/,
      reason: 'Lambda creates network interfaces; another statement denies it to the code',
    },
    {
      holder: /^JobsReconcilePool\/Role$/,
      resource: /^(\*|arn:.*:task\/Cluster\/Tasks\/\*)$/,
      reason: 'tasks of one cluster; a permission to list tasks cannot name them',
    },
    {
      holder: /^Sandbox\/Starter\/DefaultPolicy$/,
      resource: /^\*$/,
      reason: 'ecr:GetAuthorizationToken has no resource',
    },
    {
      holder: /\/Role$/,
      resource: /^Buckets\/(Audit\/|Objects\/((messages|vault)\/)?)\*$/,
      reason: 'objects of one bucket',
    },
  ];

const keyActions = {
  data: ['kms:Decrypt', 'kms:GenerateDataKey'],
  'sign:jwt': ['kms:Sign'],
  'verify:jwt': ['kms:GetPublicKey'],
  'sign:audit': ['kms:Sign'],
  'verify:audit': ['kms:GetPublicKey'],
} as const;

const records: readonly FunctionRecord[] = [...routes, ...jobs.filter(runsOnAws)];

const dynamoActions: Readonly<Record<TableAction, string>> = {
  get: 'dynamodb:GetItem',
  query: 'dynamodb:Query',
  check: 'dynamodb:ConditionCheckItem',
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
};

const dynamoActionsOf = (actions: Iterable<TableAction>) =>
  [...actions].map((action) => dynamoActions[action]);

const reads = ['get', 'query', 'check'] as const;
const modes = { read: reads, write: [...reads, 'put', 'update', 'delete'] } as const;

/** No off-hours are set. */
const poolVariables = Object.keys(PoolSettings.shape).filter((name) => name !== 'STRONGROOM_POOL_OFF_HOURS');

const keyPath = (grant: keyof typeof keyActions) =>
  grant === 'data' ? 'Keys/Data' : grant.endsWith('jwt') ? 'Keys/Jwt' : 'Keys/Audit';

export function accessSuite(synthesis: () => Synthesis): void {
  const statements = () => roleStatements(synthesis());
  const of = (operationId: string): readonly Statement[] => {
    const holder = `${operationId.split('.').map(capital).join('')}/Role`;
    return statements().flatMap((entry) => (entry.holder === holder ? [entry.statement] : []));
  };
  const pairs = (operationId: string): readonly string[] =>
    of(operationId)
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ actions, resources }) =>
        actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
      )
      .sort();

  describe('least privilege', () => {
    test('names no action by a wildcard', () => {
      expect(statements().length).toBeGreaterThan(routes.length);
      for (const { holder, statement } of statements()) {
        for (const action of statement.actions) expect(`${holder} ${action}`).not.toMatch(/[*?]/);
      }
    });

    test('allows no resource by a wildcard without a reason', () => {
      for (const { holder, statement } of statements()) {
        if (statement.effect === 'Deny') continue;
        for (const resource of statement.resources.filter((text) => text.includes('*'))) {
          const reason = wildcards.find(
            (entry) => entry.holder.test(holder) && entry.resource.test(resource),
          );
          expect(reason, `${holder}: ${statement.actions} on ${resource}`).toBeDefined();
        }
      }
    });

    test('allows the key for encryption at rest only through its service', () => {
      for (const { statement } of statements()) {
        if (!statement.resources.includes('Keys/Storage')) continue;
        expect(statement.resources).toEqual(['Keys/Storage']);
        expect(statement.condition).toHaveProperty(['StringEquals', 'kms:ViaService']);
        const names = Object.keys((statement.condition as { StringEquals: object }).StringEquals);
        expect(names.some((name) => name.startsWith('kms:EncryptionContext:'))).toBe(true);
      }
    });

    test('lets only Lambda itself create network interfaces for a function', () => {
      const denied = statements().filter(({ statement }) => statement.effect === 'Deny');
      const allowed = statements().filter(({ statement }) =>
        statement.actions.some((action) => action.startsWith('ec2:')),
      );
      // One more function is in the network: the job that fetches the keys of sandboxes.
      expect(denied.length).toBe(records.filter((record) => grantsOf(record).sandboxes).length + 1);
      expect(allowed.length).toBe(2 * denied.length);
      for (const { holder, statement } of denied) {
        const twin = allowed.find((entry) => entry.holder === holder && entry.statement.effect === 'Allow');
        expect(statement.actions).toEqual(twin?.statement.actions);
        expect(statement.condition).toHaveProperty(['ArnEquals', 'lambda:SourceFunctionArn']);
      }
    });

    test('lets only IAM of the account grant access to a KMS key', () => {
      const keys = synthesis().ofType('AWS::KMS::Key');
      expect(keys.length).toBe(4);
      for (const [, { Properties }] of keys) {
        expect(Properties.KeyPolicy.Statement).toEqual([
          {
            Action: 'kms:*',
            Effect: 'Allow',
            Principal: {
              AWS: {
                'Fn::Join': [
                  '',
                  ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root'],
                ],
              },
            },
            Resource: '*',
          },
        ]);
      }
    });

    describe.each(records.map((record) => [record.operationId, record] as const))(
      '%s',
      (operationId, route) => {
        const grants = grantsOf(route);
        /** What the ports of an operation do to a table. */
        const portActions = (table: string): readonly string[] => {
          if (table === 'counters') return grants.ping ? ['dynamodb:GetItem'] : [];
          if (table !== 'sandboxes') return [];
          return [
            ...(grants.ping ? ['dynamodb:Query'] : []),
            ...(grants.sandboxes ? ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'] : []),
          ];
        };
        const tableActions = (table: string) =>
          pairs(operationId)
            .filter((pair) => pair.endsWith(` Tables/${capital(table)}`))
            .map((pair) => pair.split(' ')[0]);

        test('accesses exactly the tables that it is granted', () => {
          const reached = pairs(operationId).flatMap((pair) => / Tables\/(\w+)/.exec(pair)?.[1] ?? []);
          const ports = [
            ...(grants.sandboxes || grants.ping ? ['sandboxes'] : []),
            ...(grants.ping ? ['counters'] : []),
          ];
          const granted = [...grants.tables.keys(), ...ports].map(capital);
          expect(new Set(reached)).toEqual(new Set(granted));
        });

        test('may do to each table what it is granted, action by action', () => {
          const allowed = Object.fromEntries(
            [...grants.tables.keys()].map((table) => [table, tableActions(table)]),
          );
          const granted = Object.fromEntries(
            [...grants.tables].map(([table, actions]) => [
              table,
              [...new Set([...dynamoActionsOf(actions), ...portActions(table)])].sort(),
            ]),
          );
          expect(allowed).toEqual(granted);
        });

        test('does all that its record declares', () => {
          const missing = Object.entries(route.access.tables ?? {}).flatMap(([table, mode]) => {
            const declared = typeof mode === 'string' ? modes[mode] : mode;
            const allowed = new Set(tableActions(table));
            return dynamoActionsOf(declared).filter((action) => !allowed.has(action));
          });
          expect(missing).toEqual([]);
        });

        test('deletes no audit entry, and adds one only for itself', () => {
          expect(tableActions('audit')).not.toContain('dynamodb:DeleteItem');
          if (route.access.tables?.audit) return;
          expect(tableActions('audit')).toEqual(route.audit ? ['dynamodb:PutItem'] : []);
        });

        test('uses exactly the keys that it is granted', () => {
          const used = pairs(operationId).filter((pair) => / Keys\/(?!Storage)/.test(pair));
          const granted = [...grants.keys].flatMap((key) =>
            keyActions[key].map((action) => `${action} ${keyPath(key)}`),
          );
          const ping = grants.ping ? ['kms:DescribeKey Keys/Data'] : [];
          expect(used).toEqual([...granted, ...ping].sort());
        });

        test('decrypts only data keys of its own purpose', () => {
          const [statement] = of(operationId).filter(
            ({ actions, resources }) =>
              actions.includes('kms:GenerateDataKey') && resources.includes('Keys/Data'),
          );
          const purpose = { 'kms:EncryptionContext:purpose': 'idempotency' };
          const declared = route.access.keys?.includes('data');
          if (!grants.keys.has('data')) return expect(statement).toBeUndefined();
          const { dataKeyPurpose } = route.access;
          const own = { 'kms:EncryptionContext:purpose': dataKeyPurpose };
          if (dataKeyPurpose) expect(statement?.condition).toEqual({ StringEqualsIfExists: own });
          else if (!declared) expect(statement?.condition).toEqual({ StringEqualsIfExists: purpose });
          else if (!route.idempotent) expect(statement?.condition).toEqual({ StringNotEquals: purpose });
          else expect(statement?.condition).toBeUndefined();
        });

        test('accesses a bucket only if it is granted objects', () => {
          const used = pairs(operationId).filter((pair) => pair.includes('Buckets/'));
          const { objects, ping } = grants;
          if (!objects) return expect(used).toEqual(ping ? ['s3:ListBucket Buckets/Objects'] : []);
          if (typeof objects === 'object') {
            const { prefixes, actions } = objects;
            const deleted = prefixes.map((prefix) => `s3:DeleteObject Buckets/Objects/${prefix}*`);
            expect(used).toEqual([
              ...(actions.includes('delete') ? deleted : []),
              ...(actions.includes('list') ? ['s3:ListBucket Buckets/Objects'] : []),
            ]);
            const listing = of(operationId).find(({ actions }) => actions.includes('s3:ListBucket'));
            return expect(listing?.condition).toEqual({ StringEquals: { 's3:prefix': prefixes } });
          }
          const [own, other] = objects.startsWith('audit:') ? ['Audit', 'Objects'] : ['Objects', 'Audit'];
          expect(used).toContain(`s3:GetObject Buckets/${own}/*`);
          expect(used.includes(`s3:PutObject Buckets/${own}/*`)).toBe(objects.endsWith('write'));
          expect(used.filter((pair) => pair.includes(`Buckets/${other}`))).toEqual([]);
        });

        test('invokes exactly the jobs that it is granted', () => {
          const begun = pairs(operationId).filter((pair) => pair.startsWith('lambda:'));
          const invoked = grants.sandboxTasks ? ['jobs.fetchSandboxKey'] : [...grants.background];
          expect(begun).toEqual(
            invoked.map((id) =>
              expect.stringMatching(
                new RegExp(`^lambda:InvokeFunction .*:function:Strongroom-${id.replace('.', '-')}$`),
              ),
            ),
          );
        });

        test('has variables for what it may access, and for nothing else', () => {
          const [, { Properties }] = synthesis()
            .ofType('AWS::Lambda::Function')
            .find(
              ([, { Properties }]) =>
                Properties.FunctionName === `Strongroom-${operationId.replace('.', '-')}`,
            ) ?? ['', { Properties: {} }];
          const told = Object.keys(Properties.Environment?.Variables ?? {});
          const ofPorts = grants.sandboxes || grants.ping ? (['sandboxes'] as const) : [];
          const tables = [...grants.tables.keys(), ...ofPorts];
          const signing = [...grants.keys].flatMap((key) =>
            key === 'data' ? [] : [`STRONGROOM_${key.split(':')[1]?.toUpperCase()}_KEYS`],
          );
          expect(new Set(told)).toEqual(
            new Set([
              'STRONGROOM_VERSION',
              ...tables.map(tableVariable),
              ...signing,
              ...(grants.keys.has('data') || grants.ping ? ['STRONGROOM_DATA_KEY'] : []),
              ...(grants.objects || grants.ping ? ['STRONGROOM_BUCKET'] : []),
              ...(grants.objectsOrigin ? ['STRONGROOM_OBJECTS_ORIGIN'] : []),
              ...[...grants.background].map(jobVariable),
              ...(grants.sandboxTasks ? poolVariables : []),
              ...(grants.administratorSecret ? ['STRONGROOM_ADMINISTRATOR_SECRET'] : []),
            ]),
          );
        });
      },
    );

    test('lets a liveness check do nothing but log', () => {
      expect(pairs('system.getLiveness')).toEqual([
        'logs:CreateLogStream SystemGetLiveness/Log',
        'logs:PutLogEvents SystemGetLiveness/Log',
      ]);
    });

    test('lets storing a secret do exactly this', () => {
      expect(pairs('secrets.put').filter((pair) => !pair.startsWith('logs:'))).toEqual([
        'dynamodb:ConditionCheckItem Tables/Secrets',
        'dynamodb:DeleteItem Tables/Secrets',
        'dynamodb:GetItem Tables/Credentials',
        'dynamodb:GetItem Tables/Secrets',
        'dynamodb:GetItem Tables/Sessions',
        'dynamodb:GetItem Tables/Users',
        'dynamodb:PutItem Tables/Audit',
        'dynamodb:PutItem Tables/Counters',
        'dynamodb:PutItem Tables/Secrets',
        'dynamodb:Query Tables/Secrets',
        'dynamodb:UpdateItem Tables/Counters',
        'dynamodb:UpdateItem Tables/Secrets',
        'kms:Decrypt Keys/Data',
        'kms:Decrypt Keys/Storage',
        'kms:Encrypt Keys/Storage',
        'kms:GenerateDataKey Keys/Data',
        'kms:GenerateDataKey Keys/Storage',
        'kms:GetPublicKey Keys/Jwt',
        'kms:ReEncryptFrom Keys/Storage',
        'kms:ReEncryptTo Keys/Storage',
      ]);
    });

    test('lets the audit log be listed by its indexes too', () => {
      expect(pairs('audit.list')).toEqual(
        expect.arrayContaining([
          'dynamodb:Query Tables/Audit/index/orgId',
          'dynamodb:Query Tables/Audit/index/installation',
        ]),
      );
    });

    const without = (operationId: string, ...prefixes: readonly string[]) =>
      pairs(operationId).filter((pair) => !prefixes.some((prefix) => pair.startsWith(prefix)));

    test('lets creating the administrator’s key do exactly this', () => {
      expect(without('jobs.createAdministratorKey', 'logs:', 'kms:')).toEqual([
        'dynamodb:GetItem Tables/Credentials',
        'dynamodb:PutItem Tables/Credentials',
        'dynamodb:PutItem Tables/Orgs',
        'secretsmanager:GetSecretValue AdministratorKey/Secret',
        'secretsmanager:PutSecretValue AdministratorKey/Secret',
      ]);
      const resources = of('jobs.createAdministratorKey').flatMap(({ resources }) => resources);
      expect(new Set(resources.filter((resource) => resource.startsWith('Keys/')))).toEqual(
        new Set(['Keys/Storage']),
      );
    });

    test('lets the sweep of objects do exactly this', () => {
      expect(without('jobs.sweepObjects', 'logs:', 'kms:')).toEqual([
        'dynamodb:GetItem Tables/Messages',
        'dynamodb:GetItem Tables/VaultObjects',
        's3:DeleteObject Buckets/Objects/messages/*',
        's3:DeleteObject Buckets/Objects/vault/*',
        's3:ListBucket Buckets/Objects',
      ]);
    });

    test('lets sequencing the audit log do exactly this', () => {
      expect(without('jobs.sequenceAuditLog', 'logs:', 'kms:')).toEqual([
        'dynamodb:GetItem Tables/AuditLog',
        'dynamodb:PutItem Tables/AuditLog',
        'dynamodb:Query Tables/Audit',
        'dynamodb:Query Tables/Audit/index/installation',
        'dynamodb:Query Tables/Audit/index/orgId',
        'dynamodb:Query Tables/Audit/index/unsealed',
        'dynamodb:Query Tables/AuditLog',
        'dynamodb:UpdateItem Tables/Audit',
        'dynamodb:UpdateItem Tables/Audit/index/installation',
        'dynamodb:UpdateItem Tables/Audit/index/orgId',
        'dynamodb:UpdateItem Tables/Audit/index/unsealed',
        'dynamodb:UpdateItem Tables/AuditLog',
        's3:GetObject Buckets/Audit/*',
        's3:ListBucket Buckets/Audit',
        's3:PutObject Buckets/Audit/*',
      ]);
    });

    test('lets reconciling the pool do exactly this', () => {
      expect(without('jobs.reconcilePool', 'logs:', 'kms:')).toEqual([
        'dynamodb:GetItem Tables/Sandboxes',
        'dynamodb:PutItem Tables/Sandboxes',
        'dynamodb:Query Tables/Sandboxes',
        'dynamodb:UpdateItem Tables/Sandboxes',
        expect.stringMatching(/^ecs:DescribeTasks arn:.*:task\/Cluster\/Tasks\/\*$/),
        'ecs:ListTasks *',
        'ecs:RunTask Sandbox/Task',
        expect.stringMatching(/^ecs:StopTask arn:.*:task\/Cluster\/Tasks\/\*$/),
        'iam:PassRole Sandbox/Starter',
        expect.stringMatching(/^lambda:InvokeFunction .*:function:Strongroom-jobs-fetchSandboxKey$/),
      ]);
    });
  });
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
