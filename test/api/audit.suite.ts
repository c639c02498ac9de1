import { beforeAll, describe, expect, test } from 'vitest';
import { call, type Target, TestUser } from './target.ts';

type Entry = { readonly action: string; readonly sequence: number; readonly time: string };

export function auditSuite(target: () => Target): void {
  describe('audit', () => {
    let user: TestUser;
    let entries: Entry[];
    beforeAll(async () => {
      user = await TestUser.register(target());
      await user.call('PUT', '/api/v1/secrets/AUDITED', { body: { value: 'planted-value' } });
      await user.call('POST', '/api/v1/execute', { body: { code: 'print("planted-code")' } });
      await user.call('DELETE', '/api/v1/secrets/AUDITED');
      const { email } = user;
      await call(target(), 'POST', '/api/login', { body: { email, password: 'planted wrong password' } });
      await call(target(), 'POST', '/api/login', { body: { email, password: user.password } });
      entries = (await user.call('GET', '/api/v1/audit')).body.entries;
    });

    test('lists every change, execution, sign-in and refused sign-in, newest first', () => {
      expect(entries.map(({ action }) => action)).toEqual([
        'auth.login',
        'auth.login',
        'secrets.delete',
        'executions.create',
        'secrets.put',
        'auth.register',
      ]);
      expect(entries.map((entry) => (entry as unknown as { outcome: string }).outcome)).toEqual([
        'success',
        'refused',
        'success',
        'success',
        'success',
        'success',
      ]);
    });

    test('records who did what to what, when and from where', () => {
      expect(entries[4]).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        sequence: expect.any(Number),
        time: expect.stringMatching(/Z$/),
        actor: { userId: user.id, email: user.email, keyId: user.apiKey.split('_')[1] },
        action: 'secrets.put',
        resource: 'secrets/AUDITED',
        outcome: 'success',
        ip: expect.stringMatching(/^[0-9a-f.:]+$/),
        userAgent: expect.any(String),
        requestId: expect.any(String),
      });
    });

    test('sequence numbers and times increase', () => {
      const sequences = entries.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => b - a));
      expect(entries.map(({ time }) => time)).toEqual(
        entries
          .map(({ time }) => time)
          .sort()
          .reverse(),
      );
    });

    test('no entry contains a value, code or password', () => {
      expect(JSON.stringify(entries)).not.toMatch(/planted/);
    });

    test('pages the list', async () => {
      const seen: Entry[] = [];
      let cursor = '';
      do {
        const { body } = await user.call(
          'GET',
          `/api/v1/audit?limit=4${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        seen.push(...body.entries);
        cursor = body.nextCursor ?? '';
      } while (cursor);
      expect(seen).toEqual(entries);
    });

    test('can be filtered by action and by time', async () => {
      const actions = async (query: string) =>
        (await user.call('GET', `/api/v1/audit?${query}`)).body.entries.map(({ action }: Entry) => action);
      expect(await actions('action=secrets.put')).toEqual(['secrets.put']);
      const [from, to] = [entries[3]?.time, entries[2]?.time];
      expect(await actions(`from=${from}&to=${to}`)).toEqual(['secrets.delete', 'executions.create']);
      expect(await actions('to=2020-01-01T00:00:00Z')).toEqual([]);
    });

    test('an invalid time is 400, and the error names it', async () => {
      const { status, body } = await user.call('GET', '/api/v1/audit?from=yesterday');
      expect([status, body.details[0].path]).toEqual([400, 'from']);
    });

    test('another user sees none of it, and a member does not see the org’s entries', async () => {
      const other = await TestUser.register(target());
      const { body } = await other.call('GET', '/api/v1/audit');
      expect(body.entries.map(({ action }: Entry) => action)).toEqual(['auth.register']);
      const org = await other.call('GET', '/api/v1/audit?scope=org');
      expect([org.status, org.body.code]).toEqual([403, 'FORBIDDEN']);
    });

    test('the global administrator sees the whole installation', async () => {
      const { status, body } = await call(target(), 'GET', '/api/v1/audit?limit=100', {
        headers: { 'x-api-key': target().administratorKey },
      });
      expect(status).toBe(200);
      const all = new Set(body.entries.map(({ sequence }: Entry) => sequence));
      expect(entries.filter(({ sequence }) => all.has(sequence)).length).toBeGreaterThan(0);
    });
  });
}
