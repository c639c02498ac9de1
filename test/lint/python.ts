/**
 * Checks the project's Python with ruff: lint rules and formatting, as configured in pyproject.toml. With `--write`,
 * formats the files instead of reporting their formatting.
 *
 * Ruff runs as WebAssembly, so that `npm ci` provides it. That build does not know file names; this script therefore
 * applies `per-file-ignores`.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { matchesGlob, resolve } from 'node:path';
import { type Diagnostic, PositionEncoding, Workspace } from '@astral-sh/ruff-wasm-nodejs';
import { parse } from 'smol-toml';

type Project = {
  readonly tool: { readonly ruff: { readonly lint: { readonly 'per-file-ignores': FileIgnores } } };
};
type FileIgnores = Readonly<Record<string, readonly string[]>>;

const root = resolve(import.meta.dirname, '../..');
const project = parse(readFileSync(resolve(root, 'pyproject.toml'), 'utf8')) as unknown as Project;
const { ruff } = project.tool;
const workspace = new Workspace(ruff, PositionEncoding.Utf16);
const write = process.argv.includes('--write');

for (const path of globSync('{sandbox-image,test}/**/*.py', { cwd: root }).sort()) {
  try {
    check(path);
  } catch (error) {
    // The formatter throws on a syntax error.
    report(`${path}: ${error}`);
  }
}

/** @throws Error if the file cannot be parsed */
function check(path: string): void {
  const source = readFileSync(resolve(root, path), 'utf8');
  const formatted = workspace.format(source);
  if (write) writeFileSync(resolve(root, path), formatted);
  else if (formatted !== source) report(`${path}: not formatted; run \`npm run format\``);

  const ignored = Object.entries(ruff.lint['per-file-ignores'])
    .filter(([pattern]) => matchesGlob(path, pattern))
    .flatMap(([, rules]) => rules);
  const diagnostics: readonly Diagnostic[] = workspace.check(write ? formatted : source);
  for (const { code, message, start_location } of diagnostics) {
    if (code && ignored.includes(code)) continue;
    report(`${path}:${start_location.row}:${start_location.column}: ${code ?? 'error'}: ${message}`);
  }
}

function report(finding: string): void {
  process.stderr.write(`${finding}\n`);
  process.exitCode = 1;
}
