import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StrongroomClient } from '../../client/index.ts';
import { routes } from '../../contract/routes.ts';
import { mintAccessKey } from '../../crypto/server/access-key.ts';
import { addUserKey } from '../../lambdas/stores/credentials.ts';
import { addMember } from '../../lambdas/stores/members.ts';
import { addOrg } from '../../lambdas/stores/orgs.ts';
import { addUser, type User } from '../../lambdas/stores/users.ts';
import { FileKeys } from '../../platform/local/file-keys.ts';
import { FileObjects } from '../../platform/local/file-objects.ts';
import { SqliteTable } from '../../platform/local/sqlite-table.ts';
import { type Platform, usePlatform } from '../../platform/platform.ts';
import { handlerClient } from './handler-client.ts';
import { type Invocation, invoke } from './invoke.ts';

// The logger and the settings read the environment when a handler is loaded, so it is set here.
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
process.env.STRONGROOM_API_RATE_LIMIT = '100000000/60';
process.env.STRONGROOM_SECRET_RATE_LIMIT = '100000000/60';
process.env.STRONGROOM_RESTORE_DELAY = '0';

/** A port that the vault does not use. */
const unused = new Proxy(
  {},
  {
    get: (_, name) => () => {
      throw new Error(`the vault calls ${String(name)}`);
    },
  },
) as never;

/** Runs the vault's handlers in this process, on the adapters of one machine. */
export class VaultHandlers {
  readonly platform: Platform;
  readonly #close: () => void;

  /** @param wrap returns the platform that the handlers get instead */
  constructor(wrap: (platform: Platform) => Platform = (platform) => platform) {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-vault-'));
    const table = new SqliteTable(':memory:');
    const objects = new FileObjects(join(folder, 'objects'), {
      baseUrl: () => 'http://127.0.0.1',
      signingKey: randomBytes(32),
    });
    const keys = new FileKeys(join(folder, 'keys.json'));
    const others = { sandboxes: unused, builder: unused, generator: unused, background: unused };
    this.platform = { table, objects, keys, ...others };
    usePlatform(wrap(this.platform));
    this.#close = () => {
      table.close();
      objects.close();
      rmSync(folder, { recursive: true, force: true });
    };
  }

  async newOrg(): Promise<string> {
    const orgId = randomUUID();
    await this.platform.table.transact(addOrg({ orgId, name: 'Org', createdAt: new Date().toISOString() }));
    return orgId;
  }

  /** Creates a user without key pairs. */
  async newUser(orgId: string, name: string): Promise<HandlerUser> {
    const now = new Date();
    const apiKey = mintAccessKey('pyapi');
    const user: User = {
      userId: randomUUID(),
      orgId,
      email: null,
      role: 'member',
      createdAt: now.toISOString(),
      passwordVersion: 1,
      apiKeyId: apiKey.keyId,
    };
    await this.platform.table.transact([
      addUser(user),
      addMember(orgId, { ...user, name }),
      addUserKey(apiKey, user, now),
    ]);
    return new HandlerUser(user.userId, apiKey.text);
  }

  close(): void {
    this.#close();
  }
}

type Answer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
  readonly body: any;
};

/** A caller of handlers in this process. */
export class HandlerUser {
  readonly id: string;
  secret = `user secret ${randomUUID()}`;
  readonly #apiKey: string;

  constructor(id: string, apiKey: string) {
    this.id = id;
    this.#apiKey = apiKey;
  }

  /** Returns the client library, which never sends the user secret. */
  client(): StrongroomClient {
    return handlerClient((operationId, invocation) =>
      this.call(operationId, { ...invocation, headers: { 'x-user-secret': '', ...invocation.headers } }),
    );
  }

  async call(operationId: string, { headers, ...rest }: Invocation = {}): Promise<Answer> {
    const route = routes.find((candidate) => candidate.operationId === operationId);
    if (!route) throw new Error(`there is no operation ${operationId}`);
    const own = { 'x-api-key': this.#apiKey, 'x-user-secret': this.secret };
    const { status, text } = await invoke(route, { ...rest, headers: { ...own, ...headers } });
    return { status, body: JSON.parse(text) };
  }
}
