#!/usr/bin/env node
/** Builds the contents of the npm package into dist/package. `npm pack` runs it first. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

type Manifest = {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
};

const root = resolve(import.meta.dirname, '..');
const outdir = join(root, 'dist', 'package');
const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const programs = Object.values(manifest.bin);
const modules = Object.values(manifest.exports).flatMap((entry) =>
  typeof entry === 'string' ? [] : [entry.default],
);

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: [...programs, ...modules].map(sourceOf),
  outbase: root,
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  // Entry points share their common code, so that each error class exists once.
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
});
for (const program of programs) chmodSync(join(root, program), 0o755);
const tsc = join(root, 'node_modules', '.bin', 'tsc');
execFileSync(tsc, ['--project', join(root, 'client')], { stdio: 'inherit' });

/** Returns the source of a built file: `client/index.ts` for `./dist/package/client/index.js`. */
function sourceOf(built: string): string {
  return relative(outdir, join(root, built)).replace(/\.js$/, '.ts');
}
