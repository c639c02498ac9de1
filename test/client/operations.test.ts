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
  it('is its own few files and nothing else, under 12 KB', async () => {
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
    expect(Object.keys(metafile.inputs).filter((input) => !input.startsWith('client/'))).toEqual([]);
    expect(outputFiles[0]?.contents.byteLength).toBeLessThan(12_000);
  });
});
