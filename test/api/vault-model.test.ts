import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StrongroomError } from '../../client/index.ts';
import { getSharedVaultValue, shareVaultValue } from '../../client/vault/shares.ts';
import { getVaultValue, putVaultValue } from '../../client/vault/values.ts';
import { Vault } from '../../client/vault/vault.ts';
import { restoreInput } from '../support/restored.ts';
import { nativeVault } from '../support/vault.ts';
import { type HandlerUser, VaultHandlers } from '../support/vault-handlers.ts';

const people = ['ann', 'ben', 'cat'] as const;
const names = ['x', 'y'] as const;
type Person = (typeof people)[number];
type Name = (typeof names)[number];

/** The expected state of the vault: the last value, and the recipients of its shares. */
type Value = { value: string; version: number; readonly shares: Map<Person, string> };
type Model = {
  readonly values: Map<string, Value>;
  readonly ended: Map<string, Person>;
  /** Recovery shares, as `owner/trustee`. */
  readonly trustees: Set<string>;
  /** The trustee who sent the pending restore, by owner. */
  readonly restores: Map<Person, Person>;
};

type Real = { readonly run: string };

let handlers: VaultHandlers;
const users = new Map<Person, HandlerUser>();
/** The private keys never change, so that one restore per person is prepared in advance. */
const restored = new Map<Person, object>();
const temporarySecret = 'a temporary secret';
/** The unlocked vault of each person. */
const vaults = new Map<Person, Vault>();
const vaultOf = (person: Person) => vaults.get(person) as Vault;
const userOf = (person: Person) => users.get(person) as HandlerUser;

beforeAll(async () => {
  handlers = new VaultHandlers();
  const org = await handlers.newOrg();
  for (const person of people) {
    const user = await handlers.newUser(org, person);
    users.set(person, user);
    expect((await user.call('keys.generate')).status).toBe(201);
    const { body: me } = await user.call('users.getMe');
    vaults.set(person, await Vault.unlock(user.client(), nativeVault, user.secret));
    restored.set(person, await restoreInput(me, user.secret, { temporarySecret }));
  }
});
afterAll(() => handlers.close());

const b64 = (text: string) => Buffer.from(text).toString('base64');
const placeOf = (owner: Person, name: Name) => `${owner}/${name}`;

/** Who seals and opens: a client, or the API with the user secret. */
type Way = 'client' | 'api';

/** Returns the status that a client received and the result that it returned. */
async function byClient<T>(call: () => Promise<T>): Promise<readonly [number, T | undefined]> {
  try {
    return [200, await call()];
  } catch (error) {
    if (error instanceof StrongroomError && error.status) return [error.status, undefined];
    throw error;
  }
}

/** A command runs an operation and checks its outcome against the model. */
abstract class Command implements fc.AsyncCommand<Model, Real> {
  check(_: Readonly<Model>): boolean {
    return true;
  }
  abstract run(model: Model, real: Real): Promise<void>;
  abstract toString(): string;
}

class Put extends Command {
  readonly #of: readonly [Person, Name, string, boolean, Way];
  constructor(owner: Person, name: Name, text: string, isLarge: boolean, way: Way) {
    super();
    this.#of = [owner, name, text, isLarge, way];
  }
  async run({ values }: Model, { run }: Real): Promise<void> {
    const [owner, name, text, isLarge, way] = this.#of;
    const value = isLarge ? text.padEnd(40_000, '.') : text;
    const place = placeOf(owner, name);
    const existing = values.get(place);
    const params = { key: run + name };
    const version = (existing?.version ?? 0) + 1;
    if (way === 'client') {
      const written = await putVaultValue(vaultOf(owner), params.key, Buffer.from(value));
      expect(written.version).toBe(version);
    } else {
      const { status, body } = await userOf(owner).call('kv.put', { params, body: { valueB64: b64(value) } });
      expect([status, body.version]).toEqual([existing ? 200 : 201, version]);
    }
    values.set(place, { value, version, shares: existing?.shares ?? new Map() });
  }
  toString = () => `put(${this.#of})`;
}

class Get extends Command {
  readonly #of: readonly [Person, Name, Way];
  constructor(owner: Person, name: Name, way: Way) {
    super();
    this.#of = [owner, name, way];
  }
  async run({ values }: Model, { run }: Real): Promise<void> {
    const [owner, name, way] = this.#of;
    const existing = values.get(placeOf(owner, name));
    const key = run + name;
    const expected = existing ? [200, existing.value] : [404, undefined];
    if (way === 'client') {
      const [status, read] = await byClient(() => getVaultValue(vaultOf(owner), key));
      expect([status, read && Buffer.from(read.value).toString()]).toEqual(expected);
    } else {
      const { status, body } = await userOf(owner).call('kv.get', { params: { key } });
      expect([status, body.valueB64 && Buffer.from(body.valueB64, 'base64').toString()]).toEqual(expected);
    }
  }
  toString = () => `get(${this.#of})`;
}

class Delete extends Command {
  readonly #of: readonly [Person, Name];
  constructor(owner: Person, name: Name) {
    super();
    this.#of = [owner, name];
  }
  async run({ values, ended }: Model, { run }: Real): Promise<void> {
    const [owner, name] = this.#of;
    const place = placeOf(owner, name);
    const existing = values.get(place);
    const { status } = await userOf(owner).call('kv.delete', { params: { key: run + name } });
    expect(status).toBe(existing ? 200 : 404);
    for (const [recipient, shareId] of existing?.shares ?? []) ended.set(shareId, recipient);
    values.delete(place);
  }
  toString = () => `delete(${this.#of})`;
}

class Share extends Command {
  readonly #of: readonly [Person, Name, Person, Way];
  constructor(owner: Person, name: Name, recipient: Person, way: Way) {
    super();
    this.#of = [owner, name, recipient, way];
  }
  async #share(key: string): Promise<readonly [number, string | undefined]> {
    const [owner, name, recipient, way] = this.#of;
    const share = { recipientUserId: userOf(recipient).id, alias: `${owner}'s ${name}` };
    if (way === 'client') {
      const [status, made] = await byClient(() => shareVaultValue(vaultOf(owner), key, share));
      return [made ? 201 : status, made?.shareId];
    }
    const body = { ...share, permission: 'read' };
    const answer = await userOf(owner).call('kvShares.create', { params: { key }, body });
    return [answer.status, answer.body.shareId];
  }
  async run({ values }: Model, { run }: Real): Promise<void> {
    const [owner, name, recipient] = this.#of;
    const existing = values.get(placeOf(owner, name));
    const [status, shareId] = await this.#share(run + name);
    if (!existing) expect([400, 404]).toContain(status);
    else if (owner === recipient) expect(status).toBe(400);
    else if (existing.shares.has(recipient)) expect(status).toBe(409);
    else {
      expect(status).toBe(201);
      existing.shares.set(recipient, shareId as string);
    }
  }
  toString = () => `share(${this.#of})`;
}

/** Ends a share: the owner revokes it, or the recipient declines it. */
class End extends Command {
  readonly #of: readonly [Person, Name, Person, boolean];
  constructor(owner: Person, name: Name, recipient: Person, byOwner: boolean) {
    super();
    this.#of = [owner, name, recipient, byOwner];
  }
  async run({ values, ended }: Model, { run }: Real): Promise<void> {
    const [owner, name, recipient, byOwner] = this.#of;
    const existing = values.get(placeOf(owner, name));
    const shareId = existing?.shares.get(recipient);
    const { status } = byOwner
      ? await userOf(owner).call('kvShares.revoke', {
          params: { key: run + name, recipientUserId: userOf(recipient).id },
        })
      : await userOf(recipient).call('kvShares.decline', { params: { shareId: shareId ?? randomUUID() } });
    expect(status).toBe(shareId ? 200 : 404);
    if (!shareId) return;
    existing?.shares.delete(recipient);
    ended.set(shareId, recipient);
  }
  toString = () => `end(${this.#of})`;
}

class Read extends Command {
  readonly #of: readonly [Person, Name, Person, Way];
  constructor(owner: Person, name: Name, recipient: Person, way: Way) {
    super();
    this.#of = [owner, name, recipient, way];
  }
  async run({ values, ended }: Model): Promise<void> {
    const [owner, name, recipient, way] = this.#of;
    const existing = values.get(placeOf(owner, name));
    const shareId = existing?.shares.get(recipient);
    const read = async (by: Person, id: string) => {
      if (way === 'client') {
        const [status, opened] = await byClient(() => getSharedVaultValue(vaultOf(by), id));
        if (opened) expect(opened.alias).toBe(`${owner}'s ${name}`);
        return [status, opened && b64(Buffer.from(opened.value).toString())];
      }
      const { status, body } = await userOf(by).call('kvShares.get', { params: { shareId: id } });
      return [status, body.valueB64];
    };
    if (existing && shareId) expect(await read(recipient, shareId)).toEqual([200, b64(existing.value)]);
    if (shareId && owner !== recipient) expect(await read(owner, shareId)).toEqual([404, undefined]);
    const [old] = [...ended].filter(([, whose]) => whose === recipient).slice(-1);
    if (old) expect(await read(recipient, old[0])).toEqual([404, undefined]);
  }
  toString = () => `read(${this.#of})`;
}

class List extends Command {
  readonly #person: Person;
  constructor(person: Person) {
    super();
    this.#person = person;
  }
  async run({ values }: Model, { run }: Real): Promise<void> {
    const { body: keys } = await userOf(this.#person).call('kv.list', { query: { limit: '100' } });
    const own = names.filter((name) => values.has(placeOf(this.#person, name)));
    expect(keys.filter((key: string) => key.startsWith(run)).sort()).toEqual(own.map((name) => run + name));
    for (const name of own) {
      const { body } = await userOf(this.#person).call('kvShares.list', { params: { key: run + name } });
      const given = [...(values.get(placeOf(this.#person, name))?.shares.values() ?? [])];
      expect(body.map(({ shareId }: { shareId: string }) => shareId).sort()).toEqual(given.sort());
    }
    const { body } = await userOf(this.#person).call('kvShares.listReceived', { query: { limit: '100' } });
    const received = [...values].flatMap(([place, { shares }]) => {
      const shareId = shares.get(this.#person);
      return shareId ? [[shareId, place.replace('/', "'s ")]] : [];
    });
    const seen = body.map((share: { shareId: string; alias: string }) => [share.shareId, share.alias]);
    expect(seen.sort()).toEqual(received.sort());
  }
  toString = () => `list(${this.#person})`;
}

/** Runs once in twenty times, since deriving keys is slow. */
class Rekey extends Command {
  readonly #of: readonly [Person, number];
  constructor(person: Person, chance: number) {
    super();
    this.#of = [person, chance];
  }
  override check(): boolean {
    return this.#of[1] === 0;
  }
  async run({ restores }: Model): Promise<void> {
    const user = userOf(this.#of[0]);
    restores.delete(this.#of[0]);
    const [old, renewed] = [user.secret, `user secret ${randomUUID()}`];
    const { status } = await user.call('keys.rekey', { headers: { 'x-new-user-secret': renewed } });
    expect(status).toBe(200);
    user.secret = renewed;
    expect((await user.call('recovery.getPendingRestore')).body.restore).toBeNull();
    expect((await user.call('kvShares.listReceived', { headers: { 'x-user-secret': old } })).status).toBe(
      401,
    );
  }
  toString = () => `rekey(${this.#of})`;
}

/** Gives a trustee a recovery share, or revokes it. */
class Trust extends Command {
  readonly #of: readonly [Person, Person, boolean];
  constructor(owner: Person, trustee: Person, given: boolean) {
    super();
    this.#of = [owner, trustee, given];
  }
  async run({ trustees, restores }: Model): Promise<void> {
    const [owner, trustee, given] = this.#of;
    const place = `${owner}/${trustee}`;
    const params = { trusteeUserId: userOf(trustee).id };
    const shareB64 = b64(place);
    const body = {
      encryptedPrivateKeyEccShareB64: shareB64,
      encryptedPrivateKeyKyberShareB64: shareB64,
      xorApplied: false,
    };
    const { status } = given
      ? await userOf(owner).call('recovery.putTrustee', { params, body })
      : await userOf(owner).call('recovery.deleteTrustee', { params });
    const existing = trustees.has(place);
    if (given) expect(status).toBe(owner === trustee ? 400 : existing ? 200 : 201);
    else expect(status).toBe(existing ? 200 : 404);
    if (!given && existing && restores.get(owner) === trustee) restores.delete(owner);
    if (!given) trustees.delete(place);
    else if (owner !== trustee) trustees.add(place);
    const share = await userOf(trustee).call('recovery.getShare', {
      params: { ownerUserId: userOf(owner).id },
    });
    expect(share.body.encryptedPrivateKeyEccShareB64).toBe(trustees.has(place) ? shareB64 : undefined);
  }
  toString = () => `trust(${this.#of})`;
}

class Restore extends Command {
  readonly #of: readonly [Person, Person];
  constructor(owner: Person, trustee: Person) {
    super();
    this.#of = [owner, trustee];
  }
  async run({ trustees, restores }: Model): Promise<void> {
    const [owner, trustee] = this.#of;
    const params = { ownerUserId: userOf(owner).id };
    const body = restored.get(owner) as object;
    const { status } = await userOf(trustee).call('recovery.restore', { params, body });
    const isTrustee = trustees.has(`${owner}/${trustee}`);
    const first = restores.get(owner) ?? trustee;
    expect(status).toBe(!isTrustee ? 404 : first === trustee ? 200 : 409);
    if (status === 200) restores.set(owner, trustee);
  }
  toString = () => `restore(${this.#of})`;
}

class Veto extends Command {
  readonly #owner: Person;
  constructor(owner: Person) {
    super();
    this.#owner = owner;
  }
  async run({ restores }: Model): Promise<void> {
    const user = userOf(this.#owner);
    const by = restores.get(this.#owner);
    const { restore } = (await user.call('recovery.getPendingRestore')).body;
    expect(restore?.trusteeUserId).toBe(by && userOf(by).id);
    expect((await user.call('recovery.vetoRestore')).status).toBe(by ? 200 : 404);
    restores.delete(this.#owner);
  }
  toString = () => `veto(${this.#owner})`;
}

/** Rekeys by the temporary secret. Runs less often as well, since it derives keys. */
class Recover extends Command {
  readonly #of: readonly [Person, number];
  constructor(person: Person, chance: number) {
    super();
    this.#of = [person, chance];
  }
  override check({ restores }: Readonly<Model>): boolean {
    return this.#of[1] === 0 || (this.#of[1] < 10 && restores.has(this.#of[0]));
  }
  async run({ restores }: Model): Promise<void> {
    const [person] = this.#of;
    const user = userOf(person);
    const renewed = `user secret ${randomUUID()}`;
    const headers = { 'x-user-secret': temporarySecret, 'x-new-user-secret': renewed };
    const { status } = await user.call('keys.rekey', { headers });
    expect(status).toBe(restores.has(person) ? 200 : 401);
    if (status === 200) user.secret = renewed;
    restores.delete(person);
    expect((await user.call('recovery.getPendingRestore')).body.restore).toBeNull();
  }
  toString = () => `recover(${this.#of})`;
}

const person = fc.constantFrom(...people);
const name = fc.constantFrom(...names);
const way = fc.constantFrom<Way>('client', 'api');
const text = fc.string({ maxLength: 20, unit: 'grapheme' });

const commands = fc.commands(
  [
    fc
      .tuple(person, name, text, fc.nat(9), way)
      .map(([o, n, t, large, w]) => new Put(o, n, t, large === 0, w)),
    fc.tuple(person, name, way).map((of) => new Get(...of)),
    fc.tuple(person, name).map((of) => new Delete(...of)),
    fc.tuple(person, name, person, way).map((of) => new Share(...of)),
    fc.tuple(person, name, person, way).map((of) => new Share(...of)),
    fc.tuple(person, name, person, fc.boolean()).map((of) => new End(...of)),
    fc.tuple(person, name, person, way).map((of) => new Read(...of)),
    fc.tuple(person, name, person, way).map((of) => new Read(...of)),
    person.map((of) => new List(of)),
    fc.tuple(person, fc.nat(19)).map((of) => new Rekey(...of)),
    fc.tuple(person, person, fc.nat(3)).map(([o, t, taken]) => new Trust(o, t, taken !== 0)),
    fc.tuple(person, person).map((of) => new Restore(...of)),
    fc.tuple(person, person).map((of) => new Restore(...of)),
    person.map((of) => new Veto(of)),
    fc.tuple(person, fc.nat(19)).map((of) => new Recover(...of)),
  ],
  { size: 'large', maxCommands: 40 },
);

/** `STRONGROOM_MODEL_RUNS=5000` runs a longer search. */
const numRuns = Number(process.env.STRONGROOM_MODEL_RUNS ?? 200);

test('the vault behaves like a model made of maps', { timeout: 60_000 + numRuns * 500 }, async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (cmds) => {
      const run = `${randomUUID()}/`;
      const model: Model = {
        values: new Map(),
        ended: new Map(),
        trustees: new Set(),
        restores: new Map(),
      };
      try {
        await fc.asyncModelRun(() => ({ model, real: { run } }), cmds);
      } finally {
        // Removes everything that the lists of the next run would otherwise show.
        for (const place of model.values.keys()) {
          const [owner, name] = place.split('/') as [Person, Name];
          await userOf(owner).call('kv.delete', { params: { key: run + name } });
        }
        for (const place of model.trustees) {
          const [owner, trustee] = place.split('/') as [Person, Person];
          await userOf(owner).call('recovery.deleteTrustee', {
            params: { trusteeUserId: userOf(trustee).id },
          });
        }
        for (const owner of model.restores.keys()) await userOf(owner).call('recovery.vetoRestore');
      }
    }),
    { numRuns },
  );
});
