import { setTimeout as after } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  AuditError,
  type AuditFault,
  type KnownLog,
  verifyAuditLog,
  verifyEntry,
} from '../../client/audit.ts';
import { StrongroomClient } from '../../client/index.ts';
import { type Target, TestUser } from './target.ts';

const refused = (code: AuditFault) => expect.objectContaining({ name: AuditError.name, code });

export function auditLogSuite(target: () => Target): void {
  describe('audit log', () => {
    let user: TestUser;
    let client: StrongroomClient;
    beforeAll(async () => {
      user = await TestUser.register(target());
      client = clientOf(user.apiKey);
    });

    const clientOf = (apiKey: string) =>
      new StrongroomClient({ baseUrl: target().url, credential: { apiKey } });
    const newest = async () => {
      const { body } = await client.call('audit.list', { query: { limit: 1 } });
      return body.entries[0] as (typeof body.entries)[number];
    };
    /** Waits until an entry is in the log, and returns its proof. */
    const proofOf = async (id: string) => {
      await target().sealAudit?.();
      for (;;) {
        const answer = await user.call('GET', `/api/v1/audit/${id}/proof`);
        if (answer.status !== 409) return answer.body;
        expect(answer.body.code).toBe('NOT_SEALED_YET');
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        await after(250);
      }
    };
    const put = (value: string) => user.call('PUT', '/api/v1/secrets/SEALED', { body: { value } });

    test('proves an entry to anyone who may see it, and proves that the log only grows', async () => {
      await put('one');
      const entry = await newest();
      const proof = await proofOf(entry.id);
      const known: KnownLog = await verifyAuditLog(client);
      verifyEntry(entry, proof, known);
      expect(proof.entry).toEqual(entry);

      await put('two');
      const later = await newest();
      const laterProof = await proofOf(later.id);
      const grown = await verifyAuditLog(client, known);
      verifyEntry(later, laterProof, known);
      expect(grown.size).toBeGreaterThan(proof.size);
      expect((await verifyAuditLog(client, grown)).size).toBeGreaterThanOrEqual(grown.size);
    });

    test('reveals tampering', async () => {
      const entry = await newest();
      const proof = await proofOf(entry.id);
      const known = await verifyAuditLog(client);
      const check =
        (...values: Parameters<typeof verifyEntry>) =>
        () =>
          verifyEntry(...values);
      for (const [field, value] of Object.entries(entry)) {
        const altered = {
          ...entry,
          [field]: typeof value === 'number' ? value + 1 : { ...Object(value), x: 1 },
        };
        expect(check(altered, proof, known)).toThrow(refused('NOT_IN_LOG'));
      }
      expect(check(entry, { ...proof, leafIndex: proof.leafIndex + 1 }, known)).toThrow(
        refused('NOT_IN_LOG'),
      );
      const checkpoint = proof.checkpoint.replace(/\n\d+\n/, `\n${proof.size + 1}\n`);
      expect(check(entry, { ...proof, checkpoint }, known)).toThrow(refused('BAD_SIGNATURE'));
      const stranger = { ...known, verifierKey: known.verifierKey.replace(/^[^+]+/, 'another') };
      expect(check(entry, proof, stranger)).toThrow(refused('BAD_SIGNATURE'));
      const cut = { ...known, verifierKey: known.verifierKey.slice(0, -4) };
      expect(check(entry, proof, cut)).toThrow(refused('WRONG_KEY'));
    });

    test('another user’s entry looks like one that does not exist', async () => {
      await put('three');
      const { id } = await newest();
      await proofOf(id);
      const other = await TestUser.register(target());
      const answers = await Promise.all([
        other.call('GET', `/api/v1/audit/${id}/proof`),
        other.call('GET', `/api/v1/audit/${id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))}/proof`),
      ]);
      for (const answer of answers) expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND']);
      const administrator = clientOf(target().administratorKey);
      const { body } = await administrator.call('audit.getProof', { params: { id } });
      verifyEntry(body.entry, body, await verifyAuditLog(administrator));
    });

    test.each([
      ['/api/v1/audit/checkpoint?from=0', 'from'],
      ['/api/v1/audit/checkpoint?from=9007199254740991', 'from'],
      ['/api/v1/audit/checkpoint?from=x', 'from'],
      ['/api/v1/audit/not-an-id/proof', 'id'],
    ])('%s is refused, and the error names it', async (path, field) => {
      await proofOf((await newest()).id);
      const { status, body } = await user.call('GET', path);
      expect([status, body.code, body.details[0].path]).toEqual([400, 'INVALID_REQUEST', field]);
    });
  });
}
