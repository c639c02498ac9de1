import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documents, missingGroups, withTables } from '../../infra/settings-tables.ts';
import { stackSettings } from '../../infra/stack-settings.ts';
import { machineSettings } from '../../platform/local/settings.ts';
import { type Setting, variableOf } from '../../platform/setting.ts';
import { functionSettings, Settings } from '../../platform/settings.ts';

describe.each(Object.entries(documents).map(([file, place]) => [basename(file), file, place] as const))(
  'docs/%s',
  (_, file, place) => {
    const text = readFileSync(file, 'utf8');

    test('has the tables that `npm run generate` writes', () => {
      expect(withTables(text, place)).toBe(text);
    });

    test('has a table for each group of settings', () => {
      expect(missingGroups(text, place)).toEqual([]);
    });
  },
);

describe('settings', () => {
  const all: readonly [string, Setting][] = [functionSettings, stackSettings, machineSettings].flatMap(
    (definitions) => Object.entries(definitions),
  );

  test.each(all)('%s has a valid default, and a description without a full stop', (_, setting) => {
    for (const value of [setting.default, setting.localDefault]) {
      if (value !== undefined) setting.schema.parse(value);
    }
    expect(setting.description).toMatch(/[^.]$/);
  });

  test('have variables of their own in the functions', () => {
    expect(Object.keys(Settings.shape)).toEqual(Object.keys(functionSettings).map(variableOf));
    expect(variableOf('tokenMessageRateLimit')).toBe('STRONGROOM_TOKEN_MESSAGE_RATE_LIMIT');
  });
});
