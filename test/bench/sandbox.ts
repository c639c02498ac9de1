import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../sandbox-image/protocol/job.ts';
import { TestAppliance } from '../api/appliance.ts';
import { TestUser } from '../api/target.ts';
import { installForSandbox, type SandboxPython } from '../interop/sandbox-python.ts';
import { levels, Supervisor } from '../sandbox-image/supervisor/supervisor.ts';

const warmUp = 40;
const atOnce = 16;
const throughputRuns = 1_200;
const burst = 100;
const targets = { floor: 0.33, namespaces: 0.5 } as const;
const slots = 3;

type Level = (typeof levels)[number];
type Figures = { readonly median: number; readonly p95: number; readonly p99: number };

/**
 * What a hardened run costs, sealed, by HTTP, to the opened result: over the bare interpreter, taken in turn in one
 * run with the same programs, so that what else the machine does falls on both. The ratios count, not the times.
 *
 * @param args `numpy`: also that of the package index, preloaded and as a bundle
 */
export default async function run(args: readonly string[] = []): Promise<void> {
  const installed = args.includes('numpy') ? await installForSandbox(['numpy']) : undefined;
  try {
    for (const level of levels) await measure(level, installed);
    await throughApi();
  } finally {
    if (installed) rmSync(installed.folder, { recursive: true });
  }
}

async function measure(level: Level, installed: SandboxPython | undefined): Promise<void> {
  print(`at level ${level}`);
  await withSandbox(level, {}, async (sandbox) => {
    const python = (await sandbox.run('import sys; print(sys.executable)')).stdout.trim();
    const runs = { hardened: 'print(1)', bare: [python, '-c', 'print(1)'], rounds: 200, pauseMs: 0 };
    await compare(sandbox, 'print(1)', runs, targets[level]);
    await compare(sandbox, 'console.log(1)', {
      hardened: 'console.log(1)',
      bare: [process.execPath, '-e', 'console.log(1)'],
      job: { language: 'javascript' },
      rounds: 40,
      // Its next slot takes as long to start as Node.js does.
      pauseMs: 150,
    });
    await throughput(sandbox);
    await burstOf(sandbox, {}, 'print(1)');
    await burstOf(sandbox, { language: 'javascript' }, 'console.log(1)');
  });
  await memoryOfSlots(level, 'Python', slots, 0);
  await memoryOfSlots(level, 'JavaScript', 1, slots);
  if (installed) await numpy(level, installed);
}

/** The whole way of a caller: HTTP, admission, secrets, audit entry, lease, run. */
async function throughApi(): Promise<void> {
  print('through the API');
  const appliance = await TestAppliance.start();
  try {
    const user = await TestUser.register(appliance.target);
    const run = () => user.call('POST', '/api/v1/execute', { body: { code: 'print(1)' } });
    const python = (
      await user.call('POST', '/api/v1/execute', { body: { code: 'import sys; print(sys.executable)' } })
    ).body.stdout.trim();
    for (let round = 0; round < warmUp; round++) await run();
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < 200; round++) {
      ours.push(await timed(run));
      theirs.push(await timed(() => runBare([python, '-c', 'print(1)'])));
    }
    const [own, other] = [figures(ours), figures(theirs)];
    row('print(1), warm', ms(own.median), `p95 ${ms(own.p95)}`);
    row('  over bare', (own.median / other.median).toFixed(3));
    await atOnceOf(run);
  } finally {
    await appliance.remove();
  }
}

async function numpy(level: Level, { executable, bundles, bundle }: SandboxPython): Promise<void> {
  const hardened = 'import numpy';
  const bare = [executable, '-c', 'import numpy'];
  await withSandbox(level, { STRONGROOM_PYTHON: executable }, (sandbox) =>
    compare(sandbox, 'import numpy, preloaded', { hardened, bare, rounds: 40, pauseMs: 0 }, 0.05),
  );
  await withSandbox(level, { STRONGROOM_SANDBOX_PACKAGES: bundles }, async (sandbox) => {
    const job = { packages: bundle };
    await compare(
      sandbox,
      'import numpy, of a bundle',
      { hardened, bare, job, rounds: 20, pauseMs: 600 },
      0.05,
    );
  });
}

async function compare(
  sandbox: Supervisor,
  what: string,
  runs: {
    readonly hardened: string;
    readonly bare: readonly string[];
    readonly job?: Partial<Job>;
    readonly rounds: number;
    readonly pauseMs: number;
  },
  target?: number,
): Promise<void> {
  const { hardened, bare, job, rounds, pauseMs } = runs;
  for (let round = 0; round < (pauseMs ? 3 : warmUp); round++) await sandbox.run(hardened, job);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    await sleep(pauseMs);
    ours.push(await timed(() => sandbox.run(hardened, job)));
    await sleep(pauseMs);
    theirs.push(await timed(() => runBare(bare)));
  }
  const [own, other] = [figures(ours), figures(theirs)];
  row(`${what}: hardened, warm`, ms(own.median), `p95 ${ms(own.p95)}`);
  row('  bare', ms(other.median), `p95 ${ms(other.p95)}`);
  row('  hardened over bare', (own.median / other.median).toFixed(3), target ? `target ${target}` : '');
}

function throughput(sandbox: Supervisor): Promise<void> {
  return atOnceOf(() => sandbox.run('print(1)'), 'target 400');
}

async function atOnceOf(run: () => Promise<unknown>, note?: string): Promise<void> {
  let left = throughputRuns;
  const times: number[] = [];
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) times.push(await timed(run));
    }),
  );
  const perSecond = times.length / ((performance.now() - begun) / 1000);
  row(
    `runs a second, ${atOnce} concurrently`,
    perSecond.toFixed(0),
    [`p99 ${ms(figures(times).p99)}`, note].filter(Boolean).join(', '),
  );
}

async function burstOf(sandbox: Supervisor, job: Partial<Job>, code: string): Promise<void> {
  const times: number[] = [];
  const results = await Promise.all(
    Array.from({ length: burst }, async () => {
      const begun = performance.now();
      const result = await sandbox.run(code, { ...job, timeoutMs: 60_000 });
      times.push(performance.now() - begun);
      return result;
    }),
  );
  const succeeded = results.filter(({ stdout }) => stdout === '1\n').length;
  const { median, p95 } = figures(times);
  row(`burst of ${burst}: ${code}`, `${succeeded} right`, `p50 ${ms(median)}, p95 ${ms(p95)}`);
}

/** What the host would get back from each slot that waits: pages that no other process shares. */
async function memoryOfSlots(level: Level, what: string, python: number, javascript: number): Promise<void> {
  const env = {
    STRONGROOM_SANDBOX_SPARES: String(python),
    STRONGROOM_SANDBOX_JAVASCRIPT_SPARES: String(javascript),
  };
  await withSandbox(level, env, async (sandbox) => {
    await sleep(1_500);
    const [zygote = 0] = children(sandbox.process.pid ?? 0);
    const owns = children(zygote).map((slot) =>
      [slot, ...children(slot)].reduce((a, pid) => a + own(pid), 0),
    );
    const wanted = owns.sort((a, b) => b - a).slice(0, javascript || python);
    const each = wanted.reduce((sum, bytes) => sum + bytes, 0) / wanted.length;
    row(`memory of a warm slot: ${what}`, `${(each / 2 ** 20).toFixed(1)} MiB`);
  });
}

async function withSandbox(
  level: Level,
  env: NodeJS.ProcessEnv,
  work: (sandbox: Supervisor) => Promise<void>,
): Promise<void> {
  const sandbox = await Supervisor.start({ STRONGROOM_SANDBOX_LEVEL: level, ...env });
  try {
    await work(sandbox);
  } finally {
    await sandbox.stop();
  }
}

function runBare([program = '', ...args]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
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
  return { median: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function own(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].reduce(
    (sum, [, kib]) => sum + Number(kib) * 1024,
    0,
  );
}

function children(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

function row(name: string, value: string, note = ''): void {
  print(`${name.padEnd(44)}${value.padStart(12)}  ${note}`);
}

function print(line: string): void {
  process.stdout.write(`${line.trimEnd()}\n`);
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
