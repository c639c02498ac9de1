import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The requests, responses and errors of a provider. */
export type Protocol = {
  readonly provider: 'bedrock' | 'anthropic' | 'openai';
  /** Path of the base URL. */
  readonly base: string;
  readonly path: string;
  answer(text: string, stop?: 'end' | 'max_tokens' | 'refusal'): unknown;
  error(status: number, message: string): unknown;
  /** Returns the part of a request that goes to the model. */
  promptOf(body: never): { readonly system: string; readonly prompt: string; readonly maxTokens: number };
};

export const model = 'test.model-v1:0';

const anthropic: Protocol = {
  provider: 'anthropic',
  base: '',
  path: '/v1/messages',
  answer: (text, stop = 'end') => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: `${model}-20260101`,
    content: [{ type: 'text', text }],
    stop_reason: { end: 'end_turn', max_tokens: 'max_tokens', refusal: 'refusal' }[stop],
    stop_sequence: null,
    usage: { input_tokens: 11, output_tokens: 7 },
  }),
  error: (status, message) => ({
    type: 'error',
    error: { type: status === 429 ? 'rate_limit_error' : 'api_error', message },
  }),
  promptOf: (body: { system: string; messages: [{ content: string }]; max_tokens: number }) => ({
    system: body.system,
    prompt: body.messages[0].content,
    maxTokens: body.max_tokens,
  }),
};

export const openai: Protocol = {
  provider: 'openai',
  base: '/v1',
  path: '/v1/chat/completions',
  answer: (text, stop = 'end') => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: `${model}-20260101`,
    choices: [
      {
        index: 0,
        message:
          stop === 'refusal'
            ? { role: 'assistant', content: null, refusal: text }
            : { role: 'assistant', content: text },
        finish_reason: stop === 'max_tokens' ? 'length' : 'stop',
      },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  }),
  error: (status, message) => ({
    error: { message, type: 'server_error', code: status === 429 ? 'rate_limit_exceeded' : null },
  }),
  promptOf: (body: { messages: [{ content: string }, { content: string }]; max_tokens: number }) => ({
    system: body.messages[0].content,
    prompt: body.messages[1].content,
    maxTokens: body.max_tokens,
  }),
};

const bedrock: Protocol = {
  provider: 'bedrock',
  base: '',
  path: `/model/${encodeURIComponent(model)}/converse`,
  answer: (text, stop = 'end') => ({
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason: { end: 'end_turn', max_tokens: 'max_tokens', refusal: 'guardrail_intervened' }[stop],
    usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
    metrics: { latencyMs: 1 },
  }),
  error: (_, message) => ({ message }),
  promptOf: (body: {
    system: [{ text: string }];
    messages: [{ content: [{ text: string }] }];
    inferenceConfig: { maxTokens: number };
  }) => ({
    system: body.system[0].text,
    prompt: body.messages[0].content[0].text,
    maxTokens: body.inferenceConfig.maxTokens,
  }),
};

export const protocols: readonly Protocol[] = [bedrock, anthropic, openai];

export type Behaviour = (response: ServerResponse, protocol: Protocol) => void;

export const says =
  (text: string, stop?: 'end' | 'max_tokens' | 'refusal'): Behaviour =>
  (response, protocol) =>
    json(response, 200, protocol.answer(text, stop));

export const fails =
  (status: number, message = 'a sentence of the provider', headers: Record<string, string> = {}): Behaviour =>
  (response, protocol) =>
    json(response, status, protocol.error(status, message), headers);

/** Starts a response and breaks the connection. */
export const cutsOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"model":"x","content":[', () => response.destroy());
};

export const garbles: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"model": <html>');
};

/** Sends JSON that no protocol defines. */
export const misspeaks: Behaviour = (response) => json(response, 200, { result: 'ok' });

export const staysSilent: Behaviour = () => undefined;

function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

type SeenRequest = {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: never;
};

/** A fake provider with real HTTP on loopback. Each request gets the next behaviour; the last one is repeated. */
export class ModelServer {
  readonly requests: SeenRequest[] = [];
  readonly url: string;
  readonly protocol: Protocol;
  readonly #server: Server;
  #behaviours: Behaviour[] = [];

  private constructor(server: Server, protocol: Protocol) {
    this.#server = server;
    this.protocol = protocol;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${protocol.base}`;
  }

  static async start(protocol: Protocol): Promise<ModelServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const started = new ModelServer(server, protocol);
    server.on('request', (request, response) => started.#serve(request, response));
    return started;
  }

  behaves(...behaviours: Behaviour[]): this {
    this.requests.length = 0;
    this.#behaviours = behaviours;
    return this;
  }

  /** The prompts of all requests, in the same form for every protocol. */
  get prompts() {
    return this.requests.map(({ body }) => this.protocol.promptOf(body));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push({
      path: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString()) as never,
    });
    const [behaviour] = this.#behaviours.length > 1 ? this.#behaviours.splice(0, 1) : this.#behaviours;
    behaviour?.(response, this.protocol);
  }
}
