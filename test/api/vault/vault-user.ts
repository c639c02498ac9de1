import { randomUUID } from 'node:crypto';
import { type Answer, type CallOptions, call, type Target } from '../target.ts';

export const b64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');

export const time = (expect: typeof import('vitest').expect) =>
  expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

export function asAdministrator(target: Target, method: string, path: string, body?: unknown) {
  return call(target, method, path, { headers: { 'x-api-key': target.administratorKey }, body });
}

export async function newOrg(target: Target, name = `Org ${randomUUID()}`): Promise<string> {
  const { status, text, body } = await asAdministrator(target, 'POST', '/admin/orgs', { name });
  if (status !== 201) throw new Error(`creating an org returned ${status} ${text}`);
  return body.id;
}

/** A user of an org, together with the user secret that only the person knows. */
export class VaultUser {
  readonly target: Target;
  readonly id: string;
  readonly orgId: string;
  readonly name: string;
  apiKey: string;
  secret = `user secret ${randomUUID()}`;

  constructor(target: Target, { id, orgId, name, apiKey }: Answer['body']) {
    this.target = target;
    this.id = id;
    this.orgId = orgId;
    this.name = name;
    this.apiKey = apiKey;
  }

  /** Creates a user as the global administrator. */
  static async create(
    target: Target,
    orgId: string,
    { name = 'alice', isAdmin = false, keys = true } = {},
  ): Promise<VaultUser> {
    const path = `/admin/orgs/${orgId}/users`;
    const { status, text, body } = await asAdministrator(target, 'POST', path, { name, isAdmin });
    if (status !== 201) throw new Error(`creating a user returned ${status} ${text}`);
    const user = new VaultUser(target, body);
    if (keys) await user.generate();
    return user;
  }

  async generate(): Promise<void> {
    const { status, text } = await this.open('POST', '/v1/keys/generate');
    if (status !== 201) throw new Error(`generating keys returned ${status} ${text}`);
  }

  /** Sends a request without the user secret. */
  call(method: string, path: string, { headers, ...rest }: CallOptions = {}): Promise<Answer> {
    return call(this.target, method, path, { ...rest, headers: { 'x-api-key': this.apiKey, ...headers } });
  }

  /** Sends a request with the user secret. */
  open(method: string, path: string, { headers, ...rest }: CallOptions = {}): Promise<Answer> {
    return this.call(method, path, { ...rest, headers: { 'x-user-secret': this.secret, ...headers } });
  }

  put(key: string, value: string): Promise<Answer> {
    return this.call('PUT', `/v1/kv/${encodeURIComponent(key)}`, { body: { valueB64: b64(value) } });
  }

  get(key: string, secret = this.secret): Promise<Answer> {
    return this.call('GET', `/v1/kv/${encodeURIComponent(key)}`, { headers: { 'x-user-secret': secret } });
  }

  share(key: string, recipient: VaultUser, terms: object = {}): Promise<Answer> {
    const body = { recipientUserId: recipient.id, permission: 'read', ...terms };
    return this.open('POST', `/v1/kv/${encodeURIComponent(key)}/shares`, { body });
  }

  revoke(key: string, recipient: VaultUser): Promise<Answer> {
    return this.call('DELETE', `/v1/kv/${encodeURIComponent(key)}/shares/${recipient.id}`);
  }

  read(shareId: string): Promise<Answer> {
    return this.open('GET', `/v1/kv/shared/${shareId}`);
  }

  /** Stores a file and returns its id. */
  async upload(content: string | Uint8Array, terms: object = {}): Promise<string> {
    const file = { fileName: 'snapshot.json', contentType: 'application/json', contentB64: b64(content) };
    const { status, text, body } = await this.open('POST', '/v1/files', { body: { ...file, ...terms } });
    if (status !== 201) throw new Error(`storing a file returned ${status} ${text}`);
    return body.id;
  }

  file(id: string): Promise<Answer> {
    return this.open('GET', `/v1/files/${id}`);
  }

  shareFile(id: string, recipient: VaultUser, terms: object = {}): Promise<Answer> {
    const body = { recipientUserId: recipient.id, permission: 'read', ...terms };
    return this.open('POST', `/v1/files/${id}/shares`, { body });
  }

  revokeFile(id: string, recipient: VaultUser): Promise<Answer> {
    return this.call('DELETE', `/v1/files/${id}/shares/${recipient.id}`);
  }

  sharedFile(shareId: string): Promise<Answer> {
    return this.open('GET', `/v1/files/shared/${shareId}`);
  }
}
