/**
 * Holds the project's prose to plain English: `npm run lint` runs it over documents, UI text, error messages, comments
 * and test titles. Each entry is wrong in this project wherever it occurs, so there is no way to allow a single place.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

type Entry = { readonly avoid: RegExp; readonly write: string };

const entry = (avoid: string, write: string, flags = 'gi'): Entry => ({
  avoid: new RegExp(`\\b(?:${avoid})\\b`, flags),
  write,
});

export const entries: readonly Entry[] = [
  // With case: `noBody` is a name.
  entry('[Nn]obody', 'no one, or name the actor', 'g'),
  entry('whoever', 'anyone who, or name the actor'),
  // With case: Python says `is None`.
  entry('(?:is|are|was|were) none', 'is not a …, does not exist, is missing', 'g'),
  entry('anew|once more|made new|makes? new', 'again, re-encrypts, creates'),
  entry('brings|brought|bringing', 'sends, provides, includes, supplies'),
  entry('lies|lying', 'is stored, is'),
  entry('goes on|gone on with|went on|go on with', 'continues, resumes'),
  entry('(?:is|are|may be|can be|to be) had', 'is available, can be read'),
  entry('looks? (?:whether|that|if)|looked at whether', 'checks, verifies'),
  entry('what (?:came|comes|became|becomes) of', 'result, outcome, status'),
  entry('by (?:another|that|the same|any other) way', 'through another channel, this way'),
  entry('at once', 'immediately, or concurrently'),
  entry('(?:takes?|taken|took) (?:it |them |one )?back|(?:gives?|given|gave) back', 'revokes, returns'),
  entry('for whom?', 'for people who'),
  entry('(?:is|are) answered with', 'returns'),
  entry('hand(?:s|ed|ing)? over', 'detach, pass'),
  entry('hears? of|heard of', 'is notified'),
  entry('in the clear', 'in plaintext'),
  entry('is no (?:text|record|value|file|key|user|object|name)', 'is not a …'),
];

export type Finding = { readonly line: number; readonly found: string; readonly write: string };

/** Returns every word to avoid in a text, in the order of its lines. */
export function findWords(text: string): readonly Finding[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      entries.flatMap(({ avoid, write }) =>
        [...line.matchAll(avoid)].map(([found]) => ({ line: index + 1, found, write })),
      ),
    );
}

const root = resolve(import.meta.dirname, '../..');
const prose = ['*.md', '*.ts', '*.tsx', '*.html', '*.py', '*.cjs', '*.css', '*.yml', '*.sh'];
const self = 'test/lint/words';

/** Returns every file that has prose, by its path in the repository. */
export function proseFiles(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...prose],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return listed.split('\n').filter((file) => file !== '' && !file.startsWith(self));
}

if (import.meta.main) {
  const named = process.argv.slice(2);
  const findings = (named.length > 0 ? named : proseFiles()).flatMap((file) =>
    findWords(readFileSync(resolve(root, file), 'utf8')).map((finding) => ({ file, ...finding })),
  );
  for (const { file, line, found, write } of findings) {
    process.stdout.write(`${file}:${line}: "${found}" → ${write}\n`);
  }
  if (findings.length > 0) process.exitCode = 1;
}
