/** Writes the tables of settings in docs/deploy.md and docs/local.md: `npm run generate`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineSettings } from '../platform/local/settings.ts';
import { type Setting, variableOf } from '../platform/setting.ts';
import { functionSettings } from '../platform/settings.ts';
import { stackSettings } from './stack-settings.ts';

type Place = 'deployment' | 'machine';

const docs = join(import.meta.dirname, '..', 'docs');

/** The documents with tables of settings, and where an operator sets them. */
export const documents: Readonly<Record<string, Place>> = {
  [join(docs, 'deploy.md')]: 'deployment',
  [join(docs, 'local.md')]: 'machine',
};

/** Returns a document with its tables replaced: what is between `<!-- settings: GROUP -->` and `<!-- end -->`. */
export function withTables(text: string, place: Place): string {
  return text.replaceAll(
    /(<!-- settings: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, group: string, end: string) => `${begin}\n${tableOf(group, place)}\n\n${end}`,
  );
}

/** Groups whose table a document lacks, although it has settings that an operator may set there. */
export function missingGroups(text: string, place: Place): readonly string[] {
  const needed = new Set(settableOn(place).map(([, { group }]) => group));
  return [...needed].filter((group) => !text.includes(`<!-- settings: ${group} -->`));
}

function settableOn(place: Place): readonly (readonly [name: string, setting: Setting])[] {
  const all: readonly [string, Setting][] = Object.entries({
    ...functionSettings,
    ...(place === 'machine' ? machineSettings : stackSettings),
  });
  return all.filter(([, { settable }]) => settable === 'everywhere' || settable === place);
}

function tableOf(group: string, place: Place): string {
  const rows = settableOn(place)
    .filter(([, setting]) => setting.group === group)
    .map(([name, setting]) => [
      `\`${place === 'machine' ? variableOf(name) : name}\``,
      defaultOf(setting, place),
      setting.description,
    ]);
  if (rows.length === 0) throw new Error(`no settings in the group ${group}`);
  return table([[place === 'machine' ? 'variable' : 'value', 'default', 'meaning'], ...rows]);
}

function defaultOf({ defaultText, localDefault, default: everywhere }: Setting, place: Place): string {
  if (defaultText) return defaultText;
  const value = (place === 'machine' ? localDefault : undefined) ?? everywhere;
  return value === undefined ? 'none' : `\`${value}\``;
}

/** A Markdown table with aligned columns. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...rest] = rows;
  return [first, widths.map((width) => '-'.repeat(width)), ...rest].map(line).join('\n');
}

if (import.meta.main) {
  for (const [file, place] of Object.entries(documents)) {
    await writeFile(file, withTables(await readFile(file, 'utf8'), place));
  }
}
