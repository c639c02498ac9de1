import { beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import { call, type Target, TestUser } from './target.ts';

/** Rules that hold for every configured model, checked without asking one. */
export function generateSuite(target: () => Target): void {
  describe('generate', () => {
    let user: TestUser;
    beforeAll(async () => {
      user = await TestUser.register(target());
    });

    test.each([
      ['prompt', {}],
      ['prompt', { prompt: ' \n' }],
      ['prompt', { prompt: 'x'.repeat(limits.promptBytes + 1) }],
      ['prompt', { prompt: ['x'] }],
      ['execute', { prompt: 'x', execute: 'yes' }],
      ['language', { prompt: 'x', language: 'perl' }],
      ['timeoutSeconds', { prompt: 'x', timeoutSeconds: 0 }],
      ['model', { prompt: 'x', model: 'mine' }],
    ])('a bad %s is 400, and the error names it', async (path, body) => {
      const answer = await user.call('POST', '/api/v1/generate', { body });
      expect([answer.status, answer.body.details[0].path]).toEqual([400, path]);
    });

    test('is for users only', async () => {
      const { administratorKey } = target();
      for (const headers of [{}, { 'x-api-key': administratorKey }] as Record<string, string>[]) {
        const answer = await call(target(), 'POST', '/api/v1/generate', { headers, body: { prompt: 'x' } });
        expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
      }
    });
  });
}
