import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Wheel, wheel } from '../../support/wheel.ts';
import { zip } from '../../support/zip.ts';

const builder = resolve(import.meta.dirname, '../../../sandbox-image/builder');
const driver = `
import json, sys
sys.path.insert(0, sys.argv[1])
import wheel
from failure import Failed
limits = {"files": 200, "unpackedBytes": 4 << 20}
tree = wheel.Tree(sys.argv[2], limits)
try:
    for path, entry in json.loads(sys.stdin.read()):
        wheel.unpack(path, entry, tree)
    print(json.dumps({"bytes": tree.bytes}))
except Failed as failed:
    print(json.dumps({"reason": failed.reason, "names": failed.names}))
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-wheels-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let trees = 0;

/** Unpacks wheels with the code of the builder. Returns its outcome and the files that are on disk. */
function unpack(...wheels: readonly Wheel[]) {
  const place = join(folder, `try-${trees++}`, 'deep');
  const tree = join(place, 'tree');
  const entries = wheels.map((each, at) => {
    const path = join(folder, `${trees}-${at}.whl`);
    writeFileSync(path, each.bytes);
    return [path, { name: each.name.toLowerCase(), version: each.version, sha256: each.sha256 }];
  });
  const { stdout, stderr } = spawnSync('python3', ['-I', '-B', '-c', driver, builder, tree], {
    input: JSON.stringify(entries),
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  const files = existsSync(place)
    ? readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1))
        .sort()
    : [];
  return { ...(JSON.parse(stdout) as { bytes?: number; reason?: string; names?: string[] }), files, tree };
}

const info = (name: string) =>
  ['METADATA', 'RECORD', 'WHEEL'].map((file) => `tree/${name}-1.0.dist-info/${file}`);
const content = 'pwned = True\n';

describe('the builder', () => {
  test('unpacks a valid wheel with its metadata', () => {
    const { files, tree, bytes } = unpack(
      wheel({ name: 'sound', files: { 'sound/__init__.py': 'x = 1\n' } }),
    );
    expect(files).toEqual([...info('sound'), 'tree/sound/__init__.py']);
    expect(readFileSync(join(tree, 'sound/__init__.py'), 'utf8')).toBe('x = 1\n');
    expect(bytes).toBeGreaterThan(6);
  });

  test('unpacks modules from .data/purelib and .data/platlib', () => {
    const { files } = unpack(
      wheel({
        name: 'spread',
        files: { 'spread-1.0.data/purelib/spread/a.py': 'a', 'spread-1.0.data/platlib/spread/b.py': 'b' },
      }),
    );
    expect(files).toEqual([...info('spread'), 'tree/spread/a.py', 'tree/spread/b.py']);
  });

  test('unpacks entries for folders, stored entries and names in any script', () => {
    const { files } = unpack(
      wheel({
        name: 'wide',
        entries: [
          { name: 'wide/größe.txt', content: 'ü', method: 0 },
          { name: 'wide/密.txt', content: 'x' },
        ],
        unrecorded: [{ name: 'wide/', content: '', mode: 0o040755, method: 0 }],
        files: {},
      }),
    );
    expect(files).toEqual([...info('wide'), 'tree/wide/größe.txt', 'tree/wide/密.txt'].sort());
  });

  test('accepts a file that two wheels share, if it is identical', () => {
    const one = wheel({ name: 'one', files: { 'shared/__init__.py': '' } });
    const two = wheel({ name: 'two', files: { 'shared/__init__.py': '' } });
    expect(unpack(one, two).reason).toBeUndefined();
  });
});

describe('the builder leaves out', () => {
  const omitted: [string, Record<string, string>][] = [
    ['a .pth file, which would run code in a site folder', { 'evil.pth': 'import os; os.system("id")\n' }],
    ['a .PTH file', { 'evil.PTH': 'import os\n' }],
    ['a console script', { 'evil-1.0.data/scripts/evil': '#!python\n' }],
    [
      'a data file that would be installed next to the interpreter',
      { 'evil-1.0.data/data/bin/python3': content },
    ],
    ['a header', { 'evil-1.0.data/headers/evil.h': content }],
    ['the data of another package', { 'other-1.0.data/purelib/json.py': content }],
    ['bytecode that it did not compile itself', { 'evil/__pycache__/m.cpython-311.pyc': content }],
  ];
  test.each(omitted)('%s', (_, files) => {
    expect(unpack(wheel({ name: 'evil', files })).files).toEqual(info('evil'));
  });
});

describe('the builder rejects a wheel with', () => {
  const evil = (spec: Partial<Parameters<typeof wheel>[0]>) => wheel({ name: 'evil', ...spec });
  const entry = (name: string | Buffer, more = {}) => evil({ entries: [{ name, content, ...more }] });
  const many = Array.from({ length: 250 }, (_, at) => [`evil/f${at}.py`, ''] as const);

  const wheels: [string, () => Wheel, RegExp][] = [
    ['a name that climbs out', () => entry('../../escaped.py'), /unsafe file name/],
    ['a name that climbs out of a folder', () => entry('evil/../../../escaped.py'), /unsafe file name/],
    ['an absolute name', () => entry('/tmp/strongroom-escaped.py'), /unsafe file name/],
    ['a name with a backslash', () => entry('..\\escaped.py'), /unsafe file name/],
    ['a drive', () => entry('C:/escaped.py'), /unsafe file name/],
    ['an empty part of a name', () => entry('evil//x.py'), /unsafe file name/],
    ['a dot as a part of a name', () => entry('./evil/x.py'), /unsafe file name/],
    ['a NUL in a name', () => entry('evil/x.py\0.txt'), /unsafe file name/],
    ['a newline in a name', () => entry('evil/x\n.py'), /unsafe file name/],
    ['a name that is too long for a file system', () => entry(`evil/${'x'.repeat(256)}`), /unsafe file name/],
    ['a name in .data that climbs out', () => entry('evil-1.0.data/purelib/../../x'), /unsafe file name/],
    [
      'a symbolic link',
      () => evil({ entries: [{ name: 'evil/l', content: '/etc', mode: 0o120777 }] }),
      /link/,
    ],
    ['a device', () => entry('evil/d', { mode: 0o020666 }), /special file/],
    ['a FIFO', () => entry('evil/p', { mode: 0o010666 }), /special file/],
    [
      'two files of one name',
      () => evil({ entries: [0, 1].map(() => ({ name: 'evil/x.py', content })) }),
      /one name/,
    ],
    [
      'names that differ only in case',
      () => evil({ files: { 'evil/X.py': 'a', 'evil/x.py': 'b' } }),
      /one name/,
    ],
    [
      'a name twice, composed and decomposed',
      () => evil({ files: { 'evil/\u00e9': 'a', 'evil/e\u0301': 'b' } }),
      /one name/,
    ],
    ['a file that is also a folder', () => evil({ files: { evil: 'a', 'evil/x.py': 'b' } }), /folder/],
    ['a folder with content', () => entry('evil/d/', { mode: 0o040755 }), /folder with content/],
    [
      'a file that is missing from RECORD',
      () => evil({ unrecorded: [{ name: 'evil/x.py', content }] }),
      /does not list/,
    ],
    [
      'a file that differs from RECORD',
      () =>
        evil({ record: (lines) => lines.map((line) => line.replace(/^(evil\/.*sha256=)..../, '$1AAAA')) }),
      /does not match its RECORD/,
    ],
    [
      'a wrong size in RECORD',
      () => evil({ record: (lines) => lines.map((line) => line.replace(/^(evil\/.*,)\d+$/, '$17')) }),
      /does not match its RECORD/,
    ],
    [
      'no hash in RECORD',
      () => evil({ record: (lines) => lines.map((line) => line.replace(/,sha.*/, ',,')) }),
      /without a hash/,
    ],
    [
      'a weak hash in RECORD',
      () => evil({ record: (lines) => lines.map((line) => line.replace('sha256', 'md5')) }),
      /weak/,
    ],
    [
      'a file in RECORD that does not exist',
      () => evil({ record: (lines) => [...lines, 'evil/gone.py,sha256=AA,1'] }),
      /lacks/,
    ],
    ['a line twice in RECORD', () => evil({ record: (lines) => [...lines, ...lines] }), /cannot be read/],
    [
      'a file that is larger than declared',
      () => entry('evil/b', { content: 'x'.repeat(9000), claimedBytes: 90 }),
      /valid zip|RECORD/,
    ],
    ['a bomb', () => entry('evil/b', { content: Buffer.alloc(5 << 20) }), /more than 4 MiB/],
    ['a false size', () => entry('evil/b', { claimedBytes: 0xfff0_0000 }), /more than 4 MiB/],
    ['too many files', () => evil({ files: Object.fromEntries(many) }), /more than 200 files/],
    [
      'entries that overlap',
      () =>
        evil({
          entries: [
            { name: 'evil/a', content },
            { name: 'evil/b', localName: 'evil/a', content, sharesBytesOf: 0 },
          ],
        }),
      /overlap/,
    ],
    ['another name in its local header', () => entry('evil/a.py', { localName: 'evil/b.py' }), /valid zip/],
    ['encryption', () => entry('evil/a.py', { flags: 1 }), /encrypted/],
    ['bzip2', () => entry('evil/a.py', { method: 12 }), /compression method/],
    [
      'metadata of another package',
      () => evil({ metadata: 'Name: other\nVersion: 1.0\n' }),
      /another package/,
    ],
    ['another version', () => evil({ metadata: 'Name: evil\nVersion: 2.0\n' }), /another package/],
    ['two .dist-info folders', () => entry('json-1.0.dist-info/METADATA'), /exactly one/],
    [
      'bytes that differ from its lock',
      () => ({ ...evil({}), sha256: 'a'.repeat(64) }),
      /not the wheel of its lock/,
    ],
  ];

  test.each(wheels)('%s', (_, make, expected) => {
    const { reason, files, names } = unpack(make());
    expect(reason).toMatch(expected);
    // The limits apply to all packages together, so no package is at fault.
    expect(names).toEqual(reason?.includes('more than') ? [] : ['evil']);
    expect(files.filter((file) => !file.startsWith('tree/'))).toEqual([]);
    expect(existsSync('/tmp/strongroom-escaped.py')).toBe(false);
  });

  test('bytes that are not a zip file', () => {
    const bytes = Buffer.from('not a zip file');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(unpack({ ...evil({}), bytes, sha256 }).reason).toMatch(/not a valid zip file/);
  });

  test('no metadata', () => {
    const bytes = zip([{ name: 'evil/x.py', content }]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(unpack({ ...evil({}), bytes, sha256 }).reason).toMatch(/exactly one .dist-info/);
  });

  test('a file that another package contains with different content', () => {
    const first = wheel({ name: 'first', files: { 'shared/m.py': 'a' } });
    const { reason, names } = unpack(first, evil({ files: { 'shared/m.py': 'b' } }));
    expect(reason).toMatch(/first and evil both contain the file shared\/m.py/);
    expect(names).toEqual(['first', 'evil']);
  });
});
