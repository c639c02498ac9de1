import { validRange } from '@renovatebot/pep440';
import { standardModules } from './standard-modules.ts';

/** A requested package: its normalized name (PEP 503), and the whole requirement in the form in which it is stored. */
export type Requirement = { readonly name: string; readonly requested: string };

/** Says what is wrong with a requirement, to be read after the field's name. */
export class InvalidRequirement extends Error {
  override readonly name = 'InvalidRequirement';
}

const identifier = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
const shape = new RegExp(`^(${identifier})\\s*(?:\\[([^\\]]*)\\])?\\s*(.*)$`, 's');
const extra = new RegExp(`^${identifier}$`);

/** Names that are paths of the API: `/api/v1/packages/lock`. */
const reserved = new Set(['lock']);

/** Returns the normalized name: runs of `-`, `_` and `.` become one `-`, letters lower case (PEP 503, "Normalized names"). */
export function normalName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}

/**
 * Parses a name with extras and version specifiers (PEP 508, PEP 440). It refuses everything that could name something
 * other than wheels of the index: URLs, paths and options. It refuses markers too, because there is only one platform.
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
  const [, rawName = '', extras, versions = ''] = shape.exec(text.trim()) ?? [];
  if (!rawName)
    throw new InvalidRequirement('must begin with the name of a package, such as requests==2.32.3');
  const name = normalName(rawName);
  if (standardModules.has(name)) {
    throw new InvalidRequirement(
      'is part of the Python standard library: programs can import it without installing it',
    );
  }
  if (reserved.has(name)) throw new InvalidRequirement('is a reserved name');
  return { name, requested: `${name}${parseExtras(extras)}${parseVersions(versions)}` };
}

function parseExtras(text: string | undefined): string {
  if (text === undefined) return '';
  const names = text.split(',').map((part) => part.trim());
  if (!names.every((name) => extra.test(name))) throw new InvalidRequirement('has an invalid extra');
  return `[${[...new Set(names.map(normalName))].sort().join(',')}]`;
}

function parseVersions(text: string): string {
  if (text === '') return '';
  const parts = text.split(',').map((part) =>
    part
      .replaceAll(/\s+/g, ' ')
      .trim()
      .replace(/^([<>=!~]+) /, '$1'),
  );
  for (const part of parts) {
    if (part.startsWith('===')) throw new InvalidRequirement('must use == instead of ===');
    if (!/^([<>=!]=|[<>]|~=)/.test(part)) {
      throw new InvalidRequirement('must have only version specifiers after the name, such as >=2,<3');
    }
    if (!validRange(part)) {
      throw new InvalidRequirement('has an invalid version specifier (PEP 440)');
    }
  }
  return parts.join(',').toLowerCase();
}
