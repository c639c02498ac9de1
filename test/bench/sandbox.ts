import { spawn } from 'node:child_process';
import { levels, Supervisor } from '../sandbox/supervisor.ts';

const rounds = 240;
const warmUp = 40;
const atOnce = 16;
const throughputRuns = 800;
const targets = { floor: 0.33, namespaces: 0.5 } as const;

type Figures = { readonly median: number; readonly p95: number };

/**
 * A warm hardened `print(1)`, sealed, by HTTP, to the opened result, over a bare `python3 -c 'print(1)'`: taken in
 * turn in one run, with the same interpreter, so that what else the machine does falls on both.
 */
export default async function run(): Promise<void> {
  for (const level of levels) await measure(level);
}

async function measure(level: (typeof levels)[number]): Promise<void> {
  const sandbox = await Supervisor.start({ STRONGROOM_SANDBOX_LEVEL: level });
  try {
    const python = (await sandbox.run('import sys; print(sys.executable)')).stdout.trim();
    for (let round = 0; round < warmUp; round++) await sandbox.run('print(1)');
    const hardened: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      hardened.push(await timed(() => sandbox.run('print(1)')));
      bare.push(await timed(() => runBare(python)));
    }
    const throughput = await runsPerSecond(sandbox);
    const [ours, theirs] = [figures(hardened), figures(bare)];
    const ratio = ours.median / theirs.median;
    const rows = [
      [`${level}: hardened print(1)`, ms(ours.median), `p95 ${ms(ours.p95)}`],
      [`bare ${python} -c`, ms(theirs.median), `p95 ${ms(theirs.p95)}`],
      ['hardened over bare', ratio.toFixed(2), `target ${targets[level]}`],
      [`runs a second, ${atOnce} at once`, throughput.toFixed(0), ''],
    ];
    for (const [name = '', value = '', note = ''] of rows) {
      process.stdout.write(`${name.padEnd(44)}${value.padStart(10)}  ${note}\n`);
    }
  } finally {
    await sandbox.stop();
  }
}

async function runsPerSecond(sandbox: Supervisor): Promise<number> {
  let left = throughputRuns;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await sandbox.run('print(1)');
    }),
  );
  return throughputRuns / ((performance.now() - begun) / 1000);
}

function runBare(python: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ['-c', 'print(1)'], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.resume();
    child.once('error', reject);
    child.once('close', () => resolve());
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function figures(samples: readonly number[]): Figures {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
