import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levels, Supervisor } from './supervisor.ts';

const file = (path: string, content: string) => ({ path, content: Buffer.from(content) });

describe.each(levels)('files at level %s', (level) => {
  let sandbox: Supervisor;
  beforeAll(async () => {
    sandbox = await Supervisor.start({
      STRONGROOM_SANDBOX_LEVEL: level,
      STRONGROOM_SANDBOX_RESULT_KB: '2048',
    });
  });
  afterAll(() => sandbox.stop());

  async function filesAfter(code: string, files = [] as ReturnType<typeof file>[]) {
    const result = await sandbox.run(code, { files });
    const named = result.files.map(({ path, content }) => [path, Buffer.from(content).toString()]);
    return { ...result, files: Object.fromEntries(named), paths: result.files.map(({ path }) => path) };
  }

  it('returns the files below the working directory, the least nested first', async () => {
    const code = `
import os
os.makedirs("b/c")
for path in ("z.txt", "b/c/deep.bin", "b/é.txt", "a.txt"): open(path, "w").write(path)
open("empty", "w")
open(os.path.join(os.environ["TMPDIR"], "not-this"), "w").write("x")`;
    const { files, paths, omittedFiles } = await filesAfter(code);
    expect(paths).toEqual(['a.txt', 'empty', 'z.txt', 'b/é.txt', 'b/c/deep.bin']);
    expect(files).toMatchObject({ 'a.txt': 'a.txt', empty: '', 'b/é.txt': 'b/é.txt' });
    expect(omittedFiles).toBe(0);
  });

  it('returns files even if the program failed or was killed', async () => {
    expect(await filesAfter('open("a", "w").write("1"); 1/0')).toMatchObject({
      status: 'failed',
      files: { a: '1' },
    });
    const late = await sandbox.run('open("a", "w").write("1")\nwhile True: pass', { timeoutMs: 400 });
    expect(late).toMatchObject({ status: 'timed_out', files: [file('a', '1')] });
    expect(await filesAfter('import os; open("a", "w").close(); os._exit(3)')).toMatchObject({
      files: { a: '' },
    });
  });

  it('returns the files of the job only if they were changed', async () => {
    const given = [file('same', 'x'), file('longer', 'x'), file('other', 'x'), file('gone', 'x')];
    const code = `
import os
open("longer", "a").write("y"); open("other", "w").write("z"); os.unlink("gone"); os.utime("same")`;
    expect(await filesAfter(code, given)).toMatchObject({
      files: { longer: 'xy', other: 'z' },
      paths: ['longer', 'other'],
      omittedFiles: 0,
    });
    expect(await filesAfter('pass', given)).toMatchObject({ files: {}, omittedFiles: 0 });
  });

  it('does not count unchanged files of the job against the limits', async () => {
    const given = Array.from({ length: 30 }, (_, at) => file(`in/${at}`, 'x'.repeat(100_000)));
    const result = await filesAfter('open("out", "w").write("x")', given);
    expect(result).toMatchObject({ paths: ['out'], omittedFiles: 0 });
  });

  it('returns at most 20 files and the number of omitted files', async () => {
    const { paths, omittedFiles } = await filesAfter('for n in range(30): open(f"{n:02}", "w").write("x")');
    expect(paths).toEqual(Array.from({ length: 20 }, (_, at) => String(at).padStart(2, '0')));
    expect(omittedFiles).toBe(10);
  });

  it('returns at most 2 MiB, and smaller files if a larger one does not fit', async () => {
    const code = `
for name, size in (("a", 1 << 20), ("b", (1 << 20) + 1), ("c", (1 << 20) - 1)):
    open(name, "wb").write(b"x" * size)`;
    const { paths, omittedFiles } = await filesAfter(code);
    expect(paths).toEqual(['a', 'c']);
    expect(omittedFiles).toBe(1);
  });

  it('returns a file of exactly the limit', async () => {
    const { paths, omittedFiles } = await filesAfter('open("a", "wb").write(b"x" * (2 << 20))');
    expect([paths, omittedFiles]).toEqual([['a'], 0]);
  });

  it('handles 10,000 files', async () => {
    const { paths, omittedFiles, status } = await filesAfter(
      'import os\nfor d in range(10):\n    os.mkdir(f"d{d}")\n    for n in range(1000): open(f"d{d}/{n}", "w").close()',
    );
    expect(status).toBe('completed');
    expect(paths).toHaveLength(20);
    expect(omittedFiles).toBe(9_980);
  });

  it.each([
    ['a symbolic link', 'import os; os.symlink("/etc/passwd", "x")'],
    [
      'a link to another file',
      'import os; open("f", "w").write("own"); os.symlink("f", "x"); os.unlink("f")',
    ],
    ['a link to a directory', 'import os; os.symlink("..", "x"); os.symlink("/", "y"); os.unlink("y")'],
    ['a directory that it cannot enter', 'import os; os.mkdir("x"); open("x/f", "w"); os.chmod("x", 0)'],
    ['a file that it cannot read', 'import os; open("x", "w").write("x"); os.chmod("x", 0)'],
    ['a name that is not UTF-8', 'open(b"x\\xff", "w").write("x")'],
    ['a name with a line break', 'open("x\\ny", "w").write("x")'],
    ['a name that is a path on another system', 'open("..\\\\x", "w").write("x")'],
    ['a file larger than the limit', 'open("x", "wb").truncate(3 << 20)'],
    ['directories that are nested too deeply', 'import os; os.makedirs("/".join("d" * 40)); os.chdir("d/d")'],
  ])('leaves out %s', async (_, code) => {
    expect(await filesAfter(code)).toMatchObject({ status: 'completed', paths: [], omittedFiles: 1 });
  });

  it('leaves out files with two names', async () => {
    const twice = await filesAfter('import os; open("a", "w").write("x"); os.link("a", "b"); open("c", "w")');
    expect(twice).toMatchObject({ paths: ['c'], omittedFiles: 2 });
    const beside = 'import os; t = os.environ["TMPDIR"] + "/t"; open(t, "w").write("x"); os.link(t, "a")';
    expect(await filesAfter(beside)).toMatchObject({ paths: [], omittedFiles: 1 });
  });

  it('follows no links to directories', async () => {
    const code = `
import os
os.mkdir("real"); open("real/f", "w").write("x"); os.symlink("real", "link")
os.makedirs("loop/in"); os.symlink("../..", "loop/in/back")`;
    expect(await filesAfter(code)).toMatchObject({
      files: { 'real/f': 'x' },
      paths: ['real/f'],
      omittedFiles: 2,
    });
  });

  it('leaves no directory behind', async () => {
    const { files, stdout } = await filesAfter('import os; open("f", "w").write("x"); print(os.getcwd())');
    expect(files).toEqual({ f: 'x' });
    expect(existsSync(stdout.trim())).toBe(false);
  });

  it.each([
    ['climbs out', ['../x']],
    ['climbs out in the middle', ['a/../../x']],
    ['is absolute', ['/etc/x']],
    ['has an empty part', ['a//b']],
    ['is the directory itself', ['.']],
    ['is empty', ['']],
    ['has a NUL', ['a\0b']],
    ['has a part that is too long for a file system', ['x'.repeat(256)]],
    ['occurs twice', ['a', 'a']],
    ['is the directory of another', ['a', 'a/b']],
    ['is a distant directory of another', ['a/b/c/d', 'a/b']],
  ])('rejects a job with a file path that %s', async (_, paths) => {
    const files = paths.map((path) => file(path, 'x'));
    await expect(sandbox.run('print(1)', { files })).rejects.toThrow(/400.*(path|two files)/);
  });

  it('accepts a job with 1000 files, and no more', async () => {
    const files = Array.from({ length: 1001 }, (_, at) => file(`f${at}`, ''));
    expect((await sandbox.run('pass', { files: files.slice(1) })).status).toBe('completed');
    await expect(sandbox.run('pass', { files })).rejects.toThrow('1000 files');
  });
});
