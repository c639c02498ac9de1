import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levels, Supervisor } from './supervisor.ts';

/** The part of matplotlib that leaves figures open. test/interop uses the real one. */
const pyplot = `
_figures = {}
class Figure:
    def __init__(self, number): self.number = number
    def savefig(self, path, format):
        if self.number == 13: raise ValueError("cannot be drawn")
        with open(path, "wb") as file: file.write(b"%s %d" % (format.encode(), self.number))
def figure(number=None):
    number = number or len(_figures) + 1
    return _figures.setdefault(number, Figure(number))
def get_fignums(): return sorted(_figures)
def close(number): del _figures[number]
`;
const files = [
  { path: 'matplotlib/__init__.py', content: Buffer.from('') },
  { path: 'matplotlib/pyplot.py', content: Buffer.from(pyplot) },
];

describe.each(levels)('figures at level %s', (level) => {
  let sandbox: Supervisor;
  beforeAll(async () => {
    sandbox = await Supervisor.start({ STRONGROOM_SANDBOX_LEVEL: level });
  });
  afterAll(() => sandbox.stop());
  // Replaces a real matplotlib that the interpreter has imported with the module of the job.
  const prelude =
    'import sys\nfor name in [n for n in sys.modules if n.startswith("matplotlib")]: del sys.modules[name]\n';
  async function figures(code: string) {
    const result = await sandbox.run(prelude + code, { files });
    const named = result.files.map(({ path, content }) => [path, Buffer.from(content).toString()]);
    return { ...result, files: Object.fromEntries(named) };
  }

  it('are returned if they were left open', async () => {
    const code = 'import matplotlib.pyplot as plt\nplt.figure(); plt.figure(7); plt.figure(8); plt.close(8)';
    expect(await figures(code)).toMatchObject({
      status: 'completed',
      stderr: '',
      files: { 'figure-1.png': 'png 1', 'figure-7.png': 'png 7' },
    });
  });

  it.each([
    ['ended with an error', 'plt.figure(); 1/0', 1],
    ['chose its exit code', 'plt.figure(); sys.exit(5)', 5],
  ])('are returned from a program that %s', async (_, code, exitCode) => {
    const result = await figures(`import matplotlib.pyplot as plt\n${code}`);
    expect(result).toMatchObject({ exitCode, files: { 'figure-1.png': 'png 1' } });
  });

  it('do not overwrite a file of the program', async () => {
    const code =
      'import matplotlib.pyplot as plt\nplt.figure(); open("figure-1.png", "w").write("own"); open("figure-1-2.png", "w")';
    expect((await figures(code)).files).toEqual({
      'figure-1.png': 'own',
      'figure-1-2.png': '',
      'figure-1-3.png': 'png 1',
    });
  });

  it('are reported if they cannot be saved, without affecting the others or the exit code', async () => {
    const result = await figures('import matplotlib.pyplot as plt\nplt.figure(13); plt.figure(14)');
    expect(result).toMatchObject({ exitCode: 0, files: { 'figure-14.png': 'png 14' } });
    expect(result.stderr).toBe('figure 13 could not be saved: ValueError: cannot be drawn\n');
  });

  it('count towards the limit of returned files', async () => {
    const result = await figures(
      'import matplotlib.pyplot as plt\nfor n in range(1, 31): plt.figure(100 + n)',
    );
    expect(Object.keys(result.files)).toHaveLength(20);
  });

  it.each([
    ['nothing was drawn', 'import matplotlib.pyplot'],
    ['matplotlib was not imported', 'pass'],
    ['the program ended without cleanup', 'import os, matplotlib.pyplot as plt\nplt.figure(); os._exit(0)'],
    ['something else has the name', 'sys.modules["matplotlib.pyplot"] = 1'],
  ])('are not saved if %s', async (_, code) => {
    expect(await figures(code)).toMatchObject({ exitCode: 0, stderr: '', files: {} });
  });
});
