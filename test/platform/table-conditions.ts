import type { Attributes, Condition } from '../../platform/table.ts';

const expired = { ttl: 1_000_000_000 };
const live = { ttl: 4_000_000_000 };

type Case = { condition: Condition; item: Attributes | undefined; holds: boolean };

const cases = (condition: Condition, ...table: [Attributes | undefined, boolean][]): Case[] =>
  table.map(([item, holds]) => ({ condition, item, holds }));

/** Every condition with items that meet it and items that do not. `undefined` means no item. */
export const conditionCases: readonly Case[] = [
  ...cases('absent', [undefined, true], [expired, true], [{}, false], [live, false]),
  ...cases('present', [undefined, false], [expired, false], [{}, true], [live, true]),
  ...cases(
    { field: 'f', equals: 'a' },
    [undefined, false],
    [{}, false],
    [{ f: 'a' }, true],
    [{ f: 'a', ...expired }, false],
    [{ f: 'b' }, false],
    [{ f: ['a'] }, false],
    [{ f: Uint8Array.of(97) }, false],
  ),
  ...cases({ field: 'f', equals: '' }, [{ f: '' }, true], [{}, false], [{ f: null }, false]),
  ...cases(
    { field: 'f', equals: 1 },
    [{ f: 1 }, true],
    [{ f: '1' }, false],
    [{ f: true }, false],
    [{ f: 1.5 }, false],
  ),
  ...cases({ field: 'f', equals: 0 }, [{ f: 0 }, true], [{ f: false }, false], [{}, false]),
  ...cases({ field: 'f', equals: true }, [{ f: true }, true], [{ f: false }, false], [{ f: 1 }, false]),
  ...cases(
    { field: 'f', equals: null },
    [{ f: null }, true],
    [{}, false],
    [undefined, false],
    [{ f: '' }, false],
  ),
  ...cases(
    { field: 'f', lessThan: 10 },
    [undefined, false],
    [{}, false],
    [{ f: 9 }, true],
    [{ f: 9, ...expired }, false],
    [{ f: 9.999 }, true],
    [{ f: -1 }, true],
    [{ f: 10 }, false],
    [{ f: '9' }, false],
    [{ f: null }, false],
  ),
  ...cases(
    { field: 'f', lessThan: 'b' },
    [{ f: 'a' }, true],
    [{ f: '' }, true],
    [{ f: 'azz' }, true],
    [{ f: 'b' }, false],
    [{ f: 'ba' }, false],
    [{ f: 1 }, false],
    [{ f: Uint8Array.of(1) }, false],
  ),
  // U+FF5E sorts before U+1F511 by UTF-8 bytes, and after it by UTF-16 units.
  ...cases({ field: 'f', lessThan: '\u{1f511}' }, [{ f: '\uff5e' }, true], [{ f: '\u{1f512}' }, false]),
  ...cases({ field: 'f', lessThan: '\uff5e' }, [{ f: '\u{1f511}' }, false]),
  ...cases(
    { field: 'f', counterBelow: 3 },
    [undefined, true],
    [{}, true],
    [{ f: 2 }, true],
    [{ f: 3 }, false],
    [{ f: 99, ...expired }, true],
    [{ f: 2, ...live }, true],
    [{ f: '1' }, false],
    [{ f: null }, false],
  ),
  ...cases(
    { field: 'f', counterBelow: 0 },
    [undefined, false],
    [{}, false],
    [{ f: -1 }, true],
    [{ f: 0 }, false],
  ),
  ...cases({ field: 'f', counterBelow: -1 }, [{ f: -2, ...expired }, false], [{ f: -2 }, true]),
];
