import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levels, Supervisor } from '../sandbox-image/supervisor/supervisor.ts';
import { installForSandbox, type SandboxPython } from './sandbox-python.ts';

let python: SandboxPython;
beforeAll(async () => {
  python = await installForSandbox(['numpy', 'pandas', 'matplotlib']);
});
afterAll(() => {
  if (python) rmSync(python.folder, { recursive: true });
});

const importTime = (name: string) =>
  `import time; t = time.monotonic(); import ${name}; print((time.monotonic() - t) * 1000)`;
const plot = `
import matplotlib.pyplot as plt
plt.plot([1, 2, 3])
plt.show()
fig, ax = plt.subplots()
ax.bar(["a", "b"], [1, 2])`;

describe.each(
  levels.flatMap((level) => [
    { level, how: 'as its own', bundled: false, both: false },
    { level, how: 'as a bundle', bundled: true, both: false },
    { level, how: 'as both', bundled: true, both: true },
  ]),
)('the packages of the index at level $level, $how', ({ level, bundled, both }) => {
  let sandbox: Supervisor;
  const job = () => (bundled ? { packages: python.bundle, timeoutMs: 60_000 } : { timeoutMs: 60_000 });
  beforeAll(async () => {
    sandbox = await Supervisor.start({
      STRONGROOM_SANDBOX_LEVEL: level,
      STRONGROOM_SANDBOX_PACKAGES: python.bundles,
      ...((!bundled || both) && { STRONGROOM_PYTHON: python.executable }),
    });
  });
  afterAll(() => sandbox.stop());

  it('compute', async () => {
    const code =
      'import numpy as np, pandas as pd\nprint(np.arange(6).reshape(2, 3).sum(), pd.DataFrame({"a": [1, 2]}).a.mean())';
    expect(await sandbox.run(code, job())).toMatchObject({ stdout: '15 1.5\n', stderr: '' });
    const { stdout } = await sandbox.run('import numpy; print(numpy.__file__)', job());
    expect(stdout.startsWith(bundled ? python.bundles : python.folder)).toBe(true);
    const threads = 'import numpy as np\na = np.random.rand(600, 600); print((a @ a).shape)';
    expect(await sandbox.run(threads, job())).toMatchObject({ stdout: '(600, 600)\n', stderr: '' });
  });

  it('give each run random numbers of its own', async () => {
    const codes = Array.from({ length: 4 }, () => 'import numpy as np; print(np.random.rand())');
    const results = await Promise.all(codes.map((code) => sandbox.run(code, job())));
    expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(4);
  });

  it.each(['numpy', 'pandas'])('cost a warm run under 20 ms to import: %s', async (name) => {
    await sandbox.run(importTime(name), job());
    const times: number[] = [];
    for (let round = 0; round < 20 && !times.some((time) => time < 20); round++) {
      await sleep(1_000);
      times.push(Number((await sandbox.run(importTime(name), job())).stdout));
    }
    expect(Math.min(...times)).toBeLessThan(20);
  });

  it('draw figures that come back as PNG', async () => {
    const { files, stderr, status } = await sandbox.run(plot, job());
    expect([status, stderr]).toEqual(['completed', '']);
    expect(files.map(({ path }) => path)).toEqual(['figure-1.png', 'figure-2.png']);
    for (const { content } of files) {
      expect(Buffer.from(content).subarray(1, 4).toString()).toBe('PNG');
      expect(Buffer.from(content).readUInt32BE(16)).toBe(640);
    }
  });
});
