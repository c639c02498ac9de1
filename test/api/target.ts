import { randomUUID } from 'node:crypto';

/** An appliance to test: local or deployed. */
export type Target = {
  readonly url: string;
  readonly administratorKey: string;
  /** Names from test/cloud/unsupported.ts of what this target does not support. */
  readonly cannotPass: ReadonlySet<string>;
  /** Appends pending entries to the audit log, on targets that do not do so on a schedule. */
  readonly sealAudit?: () => Promise<void>;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape, invalid ones included
  readonly body: any;
};

export type CallOptions = {
  /** Sent as JSON; a string is sent unchanged. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export async function call(
  { url }: Pick<Target, 'url'>,
  method: string,
  path: string,
  { body, headers = {} }: CallOptions = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

export class TestUser {
  readonly target: Target;
  readonly email: string;
  readonly password: string;
  readonly id: string;
  apiKey: string;
  token: string;

  private constructor(target: Target, email: string, password: string, registered: Answer['body']) {
    this.target = target;
    this.email = email;
    this.password = password;
    this.id = registered.user.id;
    this.apiKey = registered.apiKey;
    this.token = registered.token;
  }

  static async register(target: Target): Promise<TestUser> {
    const email = `user-${randomUUID()}@example.com`;
    const password = `password ${randomUUID()}`;
    const { status, text, body } = await call(target, 'POST', '/api/register', { body: { email, password } });
    if (status !== 201) throw new Error(`registration returned ${status} ${text}`);
    return new TestUser(target, email, password, body);
  }

  /** Sends a request with the user's API key. */
  call(method: string, path: string, { headers, ...rest }: CallOptions = {}): Promise<Answer> {
    return call(this.target, method, path, { ...rest, headers: { 'x-api-key': this.apiKey, ...headers } });
  }

  /** Sends a request with the user's token. */
  callWithToken(method: string, path: string, { headers, ...rest }: CallOptions = {}): Promise<Answer> {
    const authorization = `Bearer ${this.token}`;
    return call(this.target, method, path, { ...rest, headers: { authorization, ...headers } });
  }
}
