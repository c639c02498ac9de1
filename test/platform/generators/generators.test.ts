import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BedrockGenerator } from '../../../platform/aws/bedrock-generator.ts';
import { generator } from '../../../platform/aws/generator.ts';
import { type Generator, GeneratorFailed } from '../../../platform/generator.ts';
import { AnthropicGenerator } from '../../../platform/generators/anthropic.ts';
import { chosenGenerator } from '../../../platform/generators/choice.ts';
import { OpenAiGenerator } from '../../../platform/generators/openai.ts';
import {
  type Behaviour,
  cutsOff,
  fails,
  garbles,
  ModelServer,
  misspeaks,
  model,
  openai,
  protocols,
  says,
  staysSilent,
} from './model-server.ts';

const key = 'planted-provider-key-77aa';

const aws = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'planted-aws-secret-key',
  AWS_REGION: 'eu-central-1',
};
Object.assign(process.env, aws);

describe.each(protocols.map((protocol) => [protocol.provider, protocol] as const))(
  '%s',
  (provider, protocol) => {
    let server: ModelServer;
    let modelClient: Generator;
    beforeAll(async () => {
      server = await ModelServer.start(protocol);
      const options = { url: server.url, model, firstDelayMs: 1 };
      const keyed = { ...options, key: async () => key };
      if (provider === 'bedrock') modelClient = new BedrockGenerator(options);
      else if (provider === 'anthropic') modelClient = new AnthropicGenerator(keyed);
      else modelClient = new OpenAiGenerator(keyed);
    });
    afterAll(() => server.close());

    const complete = (forMs = 5_000) =>
      modelClient.complete({
        system: 'the system prompt',
        prompt: 'the prompt',
        maxTokens: 321,
        deadline: Date.now() + forMs,
      });

    async function failure(forMs?: number): Promise<GeneratorFailed> {
      const error = await complete(forMs).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(GeneratorFailed);
      return error as GeneratorFailed;
    }

    it('sends a request and parses the response as the protocol defines them', async () => {
      server.behaves(says('the answer'));
      expect(await complete()).toEqual({
        text: 'the answer',
        model: provider === 'bedrock' ? model : `${model}-20260101`,
        usage: { inputTokens: 11, outputTokens: 7 },
        stopReason: 'end',
      });
      expect(server.requests).toHaveLength(1);
      expect(server.requests[0]?.path).toBe(protocol.path);
      expect(server.prompts).toEqual([{ system: 'the system prompt', prompt: 'the prompt', maxTokens: 321 }]);
    });

    it('authenticates as the protocol defines', async () => {
      server.behaves(says('x'));
      await complete();
      const headers = server.requests[0]?.headers ?? {};
      if (provider === 'anthropic') {
        expect(headers).toMatchObject({ 'x-api-key': key, 'anthropic-version': '2023-06-01' });
      } else if (provider === 'openai') expect(headers.authorization).toBe(`Bearer ${key}`);
      else {
        expect(headers.authorization).toMatch(
          /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request/,
        );
      }
    });

    it.each(['max_tokens', 'refusal'] as const)('reports the stop reason %s', async (stop) => {
      server.behaves(says('the text', stop));
      expect(await complete()).toMatchObject({ text: 'the text', stopReason: stop });
    });

    const transientFaults: readonly [string, Behaviour][] = [
      ['429', fails(429)],
      ['500', fails(500)],
      ['503', fails(503)],
      ['529', fails(529)],
      ['a truncated response', cutsOff],
      ['a connection that is closed', (response) => response.destroy()],
    ];
    it.each(transientFaults)('retries after %s', async (_, behaviour) => {
      server.behaves(behaviour, behaviour, says('at last'));
      expect((await complete()).text).toBe('at last');
      expect(server.requests).toHaveLength(3);
    });

    it('gives up after four attempts', async () => {
      server.behaves(fails(503));
      expect(await failure()).toMatchObject({ attempts: 4, message: expect.stringMatching(/^status 503/) });
      expect(server.requests).toHaveLength(4);
    });

    it('waits as long as Retry-After says', async () => {
      server.behaves(fails(429, 'slow down', { 'retry-after': '1' }), says('at last'));
      const begun = Date.now();
      expect((await complete()).text).toBe('at last');
      expect(Date.now() - begun).toBeGreaterThanOrEqual(990);
    });

    it('does not wait if the delay would exceed the deadline', async () => {
      server.behaves(fails(429, 'slow down', { 'retry-after': '60' }));
      const begun = Date.now();
      expect(await failure()).toMatchObject({ attempts: 1, retryAfterSeconds: 60 });
      expect(Date.now() - begun).toBeLessThan(2_000);
    });

    it.each([400, 401, 403, 404])('does not retry after %i', async (status) => {
      server.behaves(fails(status), says('never'));
      expect((await failure()).message).toMatch(new RegExp(`^status ${status}`));
      expect(server.requests).toHaveLength(1);
    });

    it.each([
      ['invalid JSON', garbles],
      ['unexpected JSON', misspeaks],
    ])('reports %s and does not pay for a retry', async (_, behaviour) => {
      server.behaves(behaviour, says('never'));
      expect((await failure()).message).toBe('the response does not follow the protocol');
      expect(server.requests).toHaveLength(1);
    });

    it('ends at its deadline if the server stays silent', async () => {
      server.behaves(staysSilent);
      const begun = Date.now();
      expect((await failure(300)).message).toBe('no response in time');
      expect(Date.now() - begun).toBeLessThan(3_000);
    });

    it('ends at its deadline in the middle of a response', async () => {
      server.behaves((response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      });
      expect((await failure(300)).message).toBe('no response in time');
    });

    it('follows no redirects', async () => {
      server.behaves((response) => response.writeHead(307, { location: `${server.url}/elsewhere` }).end());
      await failure();
      expect(server.requests.map(({ path }) => path)).not.toContain(`${protocol.base}/elsewhere`);
    });

    it('quotes no message of the provider', async () => {
      for (const status of [401, 500]) {
        server.behaves(fails(status, `bad key ${key} for the prompt`));
        const { message, stack } = await failure();
        expect(`${message}${stack}`).not.toMatch(/planted|the prompt/);
      }
    });
  },
);

describe('the operator’s choice', () => {
  const bedrock = () => {
    throw new Error('not chosen');
  };
  const choose = (provider: string, url: string, key?: string) =>
    chosenGenerator(
      { STRONGROOM_GENERATOR: provider, STRONGROOM_GENERATOR_MODEL: model, STRONGROOM_GENERATOR_URL: url },
      key === undefined ? undefined : async () => key,
      bedrock,
    );

  it.each(['anthropic', 'openai'])('%s: rejects a URL that would send the key in plaintext', (provider) => {
    expect(() => choose(provider, 'http://models.example.com/v1', 'key')).toThrow('must use https');
    expect(() => choose(provider, 'http://localhost.example.com/v1', 'key')).toThrow('must use https');
    expect(() => choose(provider, 'https://models.example.com/v1', 'key')).not.toThrow();
    expect(() => choose(provider, 'http://127.0.0.1:11434/v1', 'key')).not.toThrow();
    expect(() => choose(provider, 'http://models.example.com/v1')).not.toThrow();
  });

  it('supports a local model without a key or token counts', async () => {
    const server = await ModelServer.start(openai);
    try {
      const { usage: _, model: __, ...bare } = openai.answer('x') as Record<string, unknown>;
      server.behaves((response) => response.end(JSON.stringify(bare)));
      const prompt = { system: 's', prompt: 'p', maxTokens: 1, deadline: Date.now() + 5_000 };
      expect(await choose('openai', server.url).complete(prompt)).toEqual({
        text: 'x',
        model,
        usage: { inputTokens: null, outputTokens: null },
        stopReason: 'end',
      });
      expect(server.requests[0]?.headers.authorization).toBeUndefined();
    } finally {
      server.close();
    }
  });
});

describe('the key of a deployment', () => {
  const secret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:models-AbCdEf';
  const prompt = () => ({ system: 's', prompt: 'p', maxTokens: 1, deadline: Date.now() + 5_000 });

  it('is read from Secrets Manager once, with the first prompt, and a failure is not cached', async () => {
    const reads: string[] = [];
    const secrets = createServer(async (request, response) => {
      const { SecretId } = JSON.parse((await request.toArray()).join(''));
      reads.push(`${request.headers['x-amz-target']} ${SecretId}`);
      const denied = { __type: 'AccessDeniedException', message: 'not now' };
      const body = reads.length === 1 ? denied : { ARN: secret, SecretString: `${key}\n` };
      response.writeHead(reads.length === 1 ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    });
    await once(secrets.listen(0, '127.0.0.1'), 'listening');
    const models = await ModelServer.start(openai);
    const { port } = secrets.address() as AddressInfo;
    process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = `http://127.0.0.1:${port}`;
    try {
      const deployed = generator({
        STRONGROOM_GENERATOR: 'openai',
        STRONGROOM_GENERATOR_MODEL: model,
        STRONGROOM_GENERATOR_URL: models.url,
        STRONGROOM_GENERATOR_KEY_SECRET: secret,
      });
      models.behaves(says('x'));
      expect(reads).toEqual([]);
      await expect(deployed.complete(prompt())).rejects.toThrow('not now');
      expect(models.requests).toEqual([]);
      await deployed.complete(prompt());
      await deployed.complete(prompt());
      expect(reads).toEqual(Array(2).fill(`secretsmanager.GetSecretValue ${secret}`));
      expect(models.requests.map(({ headers }) => headers.authorization)).toEqual(
        Array(2).fill(`Bearer ${key}`),
      );
    } finally {
      delete process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER;
      models.close();
      secrets.closeAllConnections();
      secrets.close();
    }
  });
});
