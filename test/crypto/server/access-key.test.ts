import { expect, test } from 'vitest';
import {
  hashAccessKey,
  matchesHash,
  mintAccessKey,
  parseAccessKey,
} from '../../../crypto/server/access-key.ts';

const key = mintAccessKey('pyapi');

test('a key names itself and holds 256 random bits', () => {
  expect(key.text).toMatch(/^pyapi_[0-9a-f]{24}_[0-9a-f]{64}$/);
  expect(parseAccessKey(key.text)).toEqual(key);
  expect(mintAccessKey('pyapi').text.slice(30)).not.toBe(key.text.slice(30));
});

test('a key matches its own hash only', () => {
  const hash = hashAccessKey(key);
  expect(matchesHash(key, hash)).toBe(true);
  expect(matchesHash(mintAccessKey('pyapi'), hash)).toBe(false);
  expect(matchesHash({ ...key, text: key.text.replace('pyapi', 'sradm') }, hash)).toBe(false);
});

test('text that only resembles a key is rejected', () => {
  const wrong = [
    '',
    'pyapi',
    key.text.slice(1),
    key.text.slice(0, -1),
    `${key.text}0`,
    `${key.text}\n`,
    ` ${key.text}`,
    key.text.toUpperCase(),
    key.text.replace('pyapi', 'other'),
    key.text.replaceAll('_', '-'),
  ];
  expect(wrong.map(parseAccessKey)).toEqual(wrong.map(() => undefined));
});
