import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Behaviour,
  cutsOff,
  fails,
  garbles,
  ModelServer,
  misspeaks,
  model,
  openai,
  type Protocol,
  protocols,
  says,
  staysSilent,
} from '../platform/generators/model-server.ts';
import { TestAppliance } from './appliance.ts';
import { TestUser } from './target.ts';

const fence = '```';
const program = (code: string, language = 'python') =>
  `Here it is.\n\n${fence}${language}\n${code}\n${fence}\n\nIt prints.`;

const key = 'planted-provider-key-c0de';

const settingsFor = ({ provider }: Protocol, url: string): NodeJS.ProcessEnv => ({
  STRONGROOM_GENERATOR: provider,
  STRONGROOM_GENERATOR_MODEL: model,
  STRONGROOM_GENERATOR_URL: url,
  ...(provider === 'bedrock'
    ? { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: key, AWS_REGION: 'eu-central-1' }
    : { STRONGROOM_GENERATOR_KEY: key }),
});

const suites = protocols.map((protocol) => [protocol.provider, protocol] as const);

describe.each(suites)('generating code by %s', (provider, protocol) => {
  let server: ModelServer;
  let appliance: TestAppliance;
  let user: TestUser;
  beforeAll(async () => {
    server = await ModelServer.start(protocol);
    appliance = await TestAppliance.start(settingsFor(protocol, server.url));
    user = await TestUser.register(appliance.target);
  });
  afterAll(async () => {
    await appliance?.remove();
    server.close();
  });

  const generate = (body: object, headers = {}) => user.call('POST', '/api/v1/generate', { body, headers });

  test('runs the program that the model writes in the sandbox', async () => {
    server.behaves(says(program('print(6 * 7)')));
    const { status, body } = await generate({ prompt: 'Multiply six by seven.' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      code: 'print(6 * 7)\n',
      explanation: 'Here it is.\n\nIt prints.',
      model: expect.stringContaining(model),
      usage: { inputTokens: 11, outputTokens: 7 },
      execution: { status: 'completed', stdout: '42\n', isolation: { seccomp: true } },
    });
    const [asked] = server.prompts;
    expect(asked).toMatchObject({ prompt: 'Multiply six by seven.', maxTokens: 4096 });
    expect(asked?.system).toContain('The user has stored no secrets.');
  });

  test('execute: false returns only the program', async () => {
    server.behaves(says(program('print(1)')));
    const { status, body } = await generate({ prompt: 'x', execute: false });
    expect([status, body.code, 'execution' in body]).toEqual([200, 'print(1)\n', false]);
  });

  test('the model learns the names of secrets, never a value', async () => {
    await user.call('PUT', '/api/v1/secrets/DATABASE_URL', {
      body: { value: 'planted-value-1d9f', description: 'planted-description-03ab' },
    });
    server.behaves(says(program('import os; print(len(os.environ["DATABASE_URL"]))')));
    const { body } = await generate({ prompt: 'How long is my database URL?' });
    expect(body.execution.stdout).toBe('18\n');
    expect(server.prompts[0]?.system).toContain('DATABASE_URL');
    expect(JSON.stringify(server.prompts)).not.toContain('planted-');
  });

  test('a program gets the secrets that it names, and no others', async () => {
    for (const name of ['NAMED', 'OTHER']) {
      await user.call('PUT', `/api/v1/secrets/${name}`, { body: { value: `${name} value` } });
    }
    server.behaves(
      says(program('import os\n# NAMED\nprint([v for v in os.environ.values() if v.endswith(" value")])')),
    );
    const { body } = await generate({ prompt: 'Print everything.' });
    expect(body.execution.stdout).toBe("['NAMED value']\n");
    const { body: secrets } = await user.call('GET', '/api/v1/secrets');
    const used = (name: string) =>
      secrets.find((secret: { name: string }) => secret.name === name).lastUsedAt !== null;
    expect([used('NAMED'), used('OTHER')]).toEqual([true, false]);
  });

  test('a model that asks for secret values gets none: there is no second turn', async () => {
    await user.call('PUT', '/api/v1/secrets/TOKEN', { body: { value: 'planted-value-77e1' } });
    const plea = 'To go on, I need the value of TOKEN. Please paste it here.';
    server.behaves(says(plea));
    const { status, body } = await generate({ prompt: 'Use my token.' });
    expect([status, body.code, body.text]).toEqual([422, 'NO_CODE_GENERATED', plea]);
    expect(server.requests).toHaveLength(1);
    expect(JSON.stringify(server.prompts)).not.toContain('planted-');
  });

  test('shows a printed secret to its owner, and not to the model', async () => {
    await user.call('PUT', '/api/v1/secrets/TOKEN', { body: { value: 'planted-value-51b2' } });
    server.behaves(says(program('import os; print(os.environ["TOKEN"])')));
    const { body } = await generate({ prompt: 'Print my token.' });
    expect(body.execution.stdout).toBe('planted-value-51b2\n');
    expect(server.requests).toHaveLength(1);
    expect(appliance.output).not.toContain('planted-value-51b2');
  });

  test('of two code blocks, the last one runs', async () => {
    server.behaves(says(`${program('print("draft")')}\n\nCorrected:\n\n${program('print("final")')}`));
    const { body } = await generate({ prompt: 'x' });
    expect([body.code, body.execution.stdout]).toEqual(['print("final")\n', 'final\n']);
  });

  test('a program that fails is a 200, as with executions', async () => {
    server.behaves(says(program('raise SystemExit(3)')));
    const { status, body } = await generate({ prompt: 'x' });
    expect([status, body.execution.status, body.execution.exitCode]).toEqual([200, 'failed', 3]);
  });

  test('a program that never ends is stopped at the requested timeout', async () => {
    server.behaves(says(program('while True: pass')));
    const { status, body } = await generate({ prompt: 'x', timeoutSeconds: 1 });
    expect([status, body.execution.status]).toEqual([200, 'timed_out']);
  });

  test.each([
    ['no code', says('I would rather talk about it.')],
    ['a program in another language', says(program('ls', 'bash'))],
    ['an empty answer', says('')],
    ['a refusal', says('I will not do that.', 'refusal')],
    ['a truncated program', says(`${fence}python\nimport os\nos.`, 'max_tokens')],
  ])(
    'answers 422 with the text and runs nothing when the model returns %s',
    async (_, behaviour: Behaviour) => {
      server.behaves(behaviour);
      const { status, body } = await generate({ prompt: 'x' });
      expect([status, body.code]).toEqual([422, 'NO_CODE_GENERATED']);
      expect(body).toMatchObject({ success: false, text: expect.any(String), usage: { inputTokens: 11 } });
    },
  );

  test.each([
    ['a rejected API key', fails(401, `invalid key ${key}`)],
    ['garbled JSON', garbles],
    ['JSON of another kind', misspeaks],
    ['a limit that lasts', fails(429, 'later', { 'retry-after': '3600' })],
  ])('a model that answers with %s is 502, and its words are not passed on', async (_, behaviour) => {
    server.behaves(behaviour);
    const { status, body, text, headers } = await generate({ prompt: 'planted-prompt-9e9e' });
    expect([status, body.code]).toEqual([502, 'GENERATOR_FAILED']);
    expect(text).not.toContain('planted-');
    expect(appliance.output).not.toContain('planted-');
    expect(appliance.output).toContain('"message":"generator failed"');
    if (headers.has('retry-after')) expect(headers.get('retry-after')).toBe('3600');
  });

  test('a model that is briefly busy, or whose answer is cut off, is asked again', async () => {
    server.behaves(fails(429, 'now', { 'retry-after': '0' }), cutsOff, says(program('print(1)')));
    const { status, body } = await generate({ prompt: 'x' });
    expect([status, body.execution.stdout]).toEqual([200, '1\n']);
  });

  test('asks the model once per Idempotency-Key', async () => {
    server.behaves(says(program('import uuid; print(uuid.uuid4())')));
    const headers = { 'idempotency-key': `once-${provider}` };
    const first = await generate({ prompt: 'x' }, headers);
    const again = await generate({ prompt: 'x' }, headers);
    expect(again.body).toEqual(first.body);
    expect(server.requests).toHaveLength(1);
  });

  test('adds one audit entry, without prompt or code', async () => {
    server.behaves(says(program('print("planted-code")')));
    const entries = async () =>
      (await user.call('GET', '/api/v1/audit?action=programs.generate&limit=100')).body.entries;
    const before = (await entries()).length;
    await generate({ prompt: 'planted-prompt' });
    const after = await entries();
    expect(after).toHaveLength(before + 1);
    expect(after[0]).toMatchObject({
      outcome: 'success',
      resource: expect.stringMatching(/^generations\/[0-9a-f-]{36}$/),
    });
    const text = JSON.stringify(after);
    expect(text).not.toContain('planted-');
  });

  test('prints neither the key nor a prompt', () => {
    expect(appliance.output).not.toMatch(/planted-/);
  });
});

describe('an appliance', () => {
  let appliance: TestAppliance;
  const none: NodeJS.ProcessEnv = {};
  afterEach(() => appliance?.remove());

  test('without a model explains how to configure one', async () => {
    appliance = await TestAppliance.start(none);
    const user = await TestUser.register(appliance.target);
    const { status, body } = await user.call('POST', '/api/v1/generate', { body: { prompt: 'x' } });
    expect([status, body.code]).toEqual([503, 'GENERATOR_NOT_CONFIGURED']);
    for (const name of [
      'STRONGROOM_GENERATOR',
      'STRONGROOM_GENERATOR_MODEL',
      'bedrock',
      'anthropic',
      'openai',
    ]) {
      expect(body.error).toContain(name);
    }
  });

  test('whose model hangs responds within the time of a request', async () => {
    const server = await ModelServer.start(openai);
    try {
      appliance = await TestAppliance.start(settingsFor(openai, server.url));
      const user = await TestUser.register(appliance.target);
      server.behaves(staysSilent);
      const begun = Date.now();
      const { status, body } = await user.call('POST', '/api/v1/generate', { body: { prompt: 'x' } });
      expect([status, body.code]).toEqual([502, 'GENERATOR_FAILED']);
      expect(Date.now() - begun).toBeLessThan(26_000);
    } finally {
      server.close();
    }
  }, 40_000);

  test('that cannot run code still generates it if it need not run', async () => {
    const server = await ModelServer.start(openai);
    try {
      const env = { ...settingsFor(openai, server.url), STRONGROOM_PYTHON: '/nonexistent/python3' };
      appliance = await TestAppliance.start(env);
      const user = await TestUser.register(appliance.target);
      server.behaves(says(program('print(1)')));
      const generate = (body: object) => user.call('POST', '/api/v1/generate', { body });
      expect((await generate({ prompt: 'x' })).body.code).toBe('SANDBOX_UNAVAILABLE');
      expect(server.requests).toHaveLength(0);
      expect((await generate({ prompt: 'x', execute: false })).body.code).toBe('print(1)\n');
    } finally {
      server.close();
    }
  });

  const refused: readonly [string, NodeJS.ProcessEnv][] = [
    ['STRONGROOM_GENERATOR', { STRONGROOM_GENERATOR: 'oracle', STRONGROOM_GENERATOR_MODEL: 'm' }],
    ['STRONGROOM_GENERATOR_MODEL', { STRONGROOM_GENERATOR: 'openai' }],
    [
      'STRONGROOM_GENERATOR_URL',
      {
        STRONGROOM_GENERATOR: 'openai',
        STRONGROOM_GENERATOR_MODEL: 'm',
        STRONGROOM_GENERATOR_URL: 'http://models.example.com',
        STRONGROOM_GENERATOR_KEY: key,
      },
    ],
    [
      'STRONGROOM_GENERATOR_URL',
      {
        STRONGROOM_GENERATOR: 'openai',
        STRONGROOM_GENERATOR_MODEL: 'm',
        STRONGROOM_GENERATOR_URL: 'https://me:secret@models.example.com',
      },
    ],
  ];
  test.each(refused)('does not start with a wrong %s, and names it', async (name, env) => {
    const main = resolve(import.meta.dirname, '..', '..', 'bin', 'local.ts');
    const started = promisify(execFile)(process.execPath, [main, '--port', '0', '--data', '/nonexistent/x'], {
      env: { PATH: process.env.PATH, ...env },
    });
    const { code, stderr } = (await started.catch((error: unknown) => error)) as {
      code: number;
      stderr: string;
    };
    expect(code).toBe(1);
    expect(stderr).toContain(name);
    expect(stderr).not.toContain(key);
  });
});
