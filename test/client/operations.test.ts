import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { clientOperations, clientOperationsFile } from '../../infra/client-operations.ts';

describe('the client’s operations', () => {
  it('are those of the contract: else run `npm run generate`', async () => {
    expect(await readFile(clientOperationsFile, 'utf8')).toBe(clientOperations());
  });
});

describe('the client in a browser', () => {
  it('is its own few files and the back-off, under 12 KB', async () => {
    const { metafile, outputFiles } = await build({
      entryPoints: ['client/index.ts'],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      metafile: true,
      write: false,
    });
    const foreign = Object.keys(metafile.inputs).filter((input) => !input.startsWith('client/'));
    expect(foreign).toEqual(['contract/backoff.ts']);
    expect(outputFiles[0]?.contents.byteLength).toBeLessThan(12_000);
  });
});
