import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SandboxLost } from '../../sandbox-image/protocol/job.ts';
import { levels, Supervisor } from '../sandbox-image/supervisor/supervisor.ts';

/** A thousand in total. */
const runs = Math.ceil(1_000 / levels.length);
const concurrency = 8;
/** The share of kills that hit the supervisor; the others hit the zygote. */
const supervisorShare = 0.2;
/** The share of kills that also hit the next zygote while it starts. */
const startShare = 0.2;

/** Each prints its own number. Two of them leave a file or a process that must be removed. */
const programs = [
  (n: number) => `print(${n})`,
  (n: number) => `open("f", "w").write("${n}"); print(${n})`,
  (n: number, name: string) => `
import ctypes, os, time
print(${n}, flush=True)
if os.fork() == 0:
    ctypes.CDLL(None).prctl(15, b"${name}", 0, 0, 0)
    os.setsid()
    time.sleep(600)`,
  (n: number) => `import time; time.sleep(0.01); print(${n})`,
];

/** Returns a generator of the same numbers each time (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe.each(levels)('random kills at level %s', (level) => {
  it(`give no wrong result in ${runs} runs, and leave nothing behind`, { timeout: 180_000 }, async () => {
    const temporary = mkdtempSync('/tmp/strongroom-faults-');
    chmodSync(temporary, 0o711);
    closers.push(() => rmSync(temporary, { recursive: true }));
    const start = () => Supervisor.start({ STRONGROOM_SANDBOX_LEVEL: level, TMPDIR: temporary });
    const name = `sr-faults-${level.slice(0, 4)}`;
    const dice = random(7);
    let current = start();
    let next = 0;
    let right = 0;
    let lost = 0;
    let kills = 0;

    let fuse = 10;

    const kill = async () => {
      kills += 1;
      const sandbox = await current;
      await sleep(dice() * 10);
      if (dice() < supervisorShare) {
        sandbox.process.kill('SIGKILL');
        current = sandbox.stop().then(start);
        return;
      }
      killZygote(sandbox);
      // Sometimes kill the next one as well, while it starts.
      await sleep(100);
      if (dice() < startShare) killZygote(sandbox);
    };
    const worker = async () => {
      for (let n = next++; n < runs; n = next++) {
        const sandbox = await current;
        const program = programs[n % programs.length] as (typeof programs)[number];
        const outcome = await sandbox.run(program(n, name)).catch((error: unknown) => error);
        if (outcome instanceof SandboxLost) {
          lost += 1;
          continue;
        }
        expect(outcome).toMatchObject({ status: 'completed', stdout: `${n}\n` });
        right += 1;
        fuse -= 1;
        if (fuse > 0) continue;
        fuse = 10 + Math.floor(dice() * 30);
        await kill();
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));

    const sandbox = await current;
    // The last kill may have happened just now and may hit this run.
    const again = () => sandbox.run('print("still here")');
    expect((await again().catch(again)).stdout).toBe('still here\n');
    await sandbox.stop();
    expect(right + lost).toBe(runs);
    expect(kills).toBeGreaterThan(5);
    expect(lost).toBeGreaterThan(0);
    // A kill loses the active runs, and those with a slot of the dead zygote.
    expect(lost).toBeLessThanOrEqual(kills * 2 * concurrency);
    for (let tries = 0; tries < 200 && left(name, temporary).length > 0; tries++) await sleep(25);
    expect(left(name, temporary)).toEqual([]);
  });
});

function killZygote(sandbox: Supervisor): void {
  const [zygote] = children(sandbox.process.pid ?? 0);
  if (zygote !== undefined) process.kill(zygote, 'SIGKILL');
}

function left(name: string, temporary: string): string[] {
  const processes = readdirSync('/proc').filter((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return /^\d+$/.test(pid) && status.startsWith(`Name:\t${name}\n`) && !/^State:\s+Z/m.test(status);
    } catch {
      return false;
    }
  });
  return [...processes, ...readdirSync(temporary)];
}

function children(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
