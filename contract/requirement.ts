import { standardModules } from './standard-modules.ts';

/** A package that is asked for: its name in normal form (PEP 503), and the whole of what is asked, as it is kept. */
export type Requirement = { readonly name: string; readonly requested: string };

/** What is wrong with a requirement; the sentence continues the name of its field. */
export class InvalidRequirement extends Error {
  override readonly name = 'InvalidRequirement';
}

const identifier = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
const shape = new RegExp(`^(${identifier})\\s*(?:\\[([^\\]]*)\\])?\\s*(.*)$`, 's');
const extra = new RegExp(`^${identifier}$`);

/** PEP 440, appendix B, in its normal form; the version's letters may still be upper case. */
const release =
  'v?(?:\\d+!)?\\d+(?:\\.\\d+)*(?:[._-]?(?:a|b|c|rc|alpha|beta|pre|preview)[._-]?\\d*)?' +
  '(?:-\\d+|[._-]?(?:post|rev|r)[._-]?\\d*)?(?:[._-]?dev[._-]?\\d*)?';
const clauses: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^(==|!=)/,
    new RegExp(
      `^(?:${release}(?:\\+[a-z0-9]+(?:[._-][a-z0-9]+)*)?|v?(?:\\d+!)?\\d+(?:\\.\\d+)*\\.\\*)$`,
      'i',
    ),
  ],
  [/^~=/, new RegExp(`^(?=v?(?:\\d+!)?\\d+\\.\\d)${release}$`, 'i')],
  [/^(<=|>=|<|>)/, new RegExp(`^${release}$`, 'i')],
];

/** Names that a path of the API stands for. */
const taken = new Set(['lock']);

/** Runs of `-`, `_` and `.` are one `-`, letters are lower case (PEP 503, "Normalized names"). */
export function normalName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}

/**
 * Reads a name with extras and version specifiers (PEP 508, PEP 440). What could name anything but wheels of the
 * index is refused: URLs, paths, options; markers too, since there is one platform.
 *
 * @throws InvalidRequirement
 */
export function parseRequirement(text: string): Requirement {
  if (/[\s\S]@/.test(text) || text.includes('://')) {
    throw new InvalidRequirement('must be a package from the index, not a URL');
  }
  if (text.startsWith('-')) throw new InvalidRequirement('must be a package name, not an option');
  if (/[\\/]/.test(text)) throw new InvalidRequirement('must be a package name, not a path');
  if (text.includes(';')) throw new InvalidRequirement('must not have an environment marker');
  const [, written = '', extras, versions = ''] = shape.exec(text.trim()) ?? [];
  if (!written)
    throw new InvalidRequirement('must begin with the name of a package, such as requests==2.32.3');
  const name = normalName(written);
  if (standardModules.has(name)) {
    throw new InvalidRequirement(
      'is part of the Python standard library: programs can import it without installing it',
    );
  }
  if (taken.has(name)) throw new InvalidRequirement('is a reserved name');
  return { name, requested: `${name}${readExtras(extras)}${readVersions(versions)}` };
}

function readExtras(text: string | undefined): string {
  if (text === undefined) return '';
  const names = text.split(',').map((part) => part.trim());
  if (!names.every((name) => extra.test(name))) throw new InvalidRequirement('has an invalid extra');
  return `[${[...new Set(names.map(normalName))].sort().join(',')}]`;
}

function readVersions(text: string): string {
  if (text === '') return '';
  const parts = text.split(',').map((part) =>
    part
      .replaceAll(/\s+/g, ' ')
      .trim()
      .replace(/^([<>=!~]+) /, '$1'),
  );
  for (const part of parts) {
    if (part.startsWith('===')) throw new InvalidRequirement('must use == instead of ===');
    const known = clauses.find(([operator]) => operator.test(part));
    if (!known) {
      throw new InvalidRequirement('must have only version specifiers after the name, such as >=2,<3');
    }
    if (!known[1].test(part.replace(known[0], ''))) {
      throw new InvalidRequirement('has an invalid version specifier (PEP 440)');
    }
  }
  return parts.join(',').toLowerCase();
}
