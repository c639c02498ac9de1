import type { z } from 'zod';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const types: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'an integer',
  object: 'an object',
  record: 'an object',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'must be an ISO 8601 date and time',
  email: 'must be an e-mail address',
  guid: 'must be a UUID',
  uuid: 'must be a UUID',
};

/**
 * Returns what is wrong with a field, to be read after the field's name: "must be a string". It quotes nothing that
 * the caller sent. A message that a schema states itself takes precedence.
 */
export function issueMessage(issue: Issue): string {
  if (issue.code !== 'unrecognized_keys' && issue.input === undefined) return 'is required';
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not a known field';
    case 'invalid_type':
      return `must be ${types[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value));
      return `must be ${values.length === 1 ? '' : 'one of '}${values.join(', ')}`;
    }
    case 'too_small':
      return sizeMessage(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return sizeMessage(issue.origin, 'at most', issue.maximum);
    case 'invalid_format':
      return formats[issue.format] ?? 'has an invalid format';
    default:
      return 'has an invalid value';
  }
}

function sizeMessage(origin: string, bound: 'at least' | 'at most', size: number | bigint): string {
  const unit = { string: 'character', array: 'entry' }[origin];
  if (!unit) return `must be ${bound} ${size}`;
  if (bound === 'at least' && Number(size) === 1) return 'must not be empty';
  const plural = unit === 'entry' ? 'entries' : 'characters';
  return `must have ${bound} ${size} ${Number(size) === 1 ? unit : plural}`;
}
