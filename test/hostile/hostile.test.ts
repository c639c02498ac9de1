import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levels, Supervisor } from '../sandbox-image/supervisor/supervisor.ts';
import { Host } from './host.ts';
import { files } from './programs/files.ts';
import { kernel } from './programs/kernel.ts';
import { memory } from './programs/memory.ts';
import { network } from './programs/network.ts';
import { marker, others, search } from './programs/others.ts';
import { processes } from './programs/processes.ts';

const spares = 3;
const groups = { processes, memory, files, network, kernel, 'the data of others': others };

/** Prints the state in which a program starts, which must not depend on earlier programs. */
const printState = `
import builtins, json, math, os, sys
def is_open(descriptor):
    try: os.fstat(descriptor)
    except OSError: return False
    return True
print(os.listdir("."), os.listdir(os.environ["TMPDIR"]), json.dumps([1]), math.sqrt(4), len(os.environ),
      "left" in sys.modules, hasattr(builtins, "left"), [d for d in range(1024) if is_open(d)])`;
const cleanState = '[] [] [1] 2.0 8 False False [0, 1, 2]\n';
const neighbour = 'import time\nfor _ in range(6): time.sleep(0.1)\nprint("undisturbed")';

describe.each(levels)('hostile programs at level %s', (level) => {
  let temporary: string;
  let sandbox: Supervisor;
  let host: Host;
  beforeAll(async () => {
    temporary = mkdtempSync('/tmp/strongroom-hostile-');
    chmodSync(temporary, 0o711);
    sandbox = await Supervisor.start({
      TMPDIR: temporary,
      STRONGROOM_SANDBOX_LEVEL: level,
      // The floor uses the Landlock version of Fargate; namespaces use that of this kernel.
      ...(level === 'floor' && { STRONGROOM_SANDBOX_LANDLOCK_ABI: '2' }),
      STRONGROOM_SANDBOX_DISK_MB: '8',
      STRONGROOM_SANDBOX_SPARES: String(spares - 1),
      STRONGROOM_SANDBOX_JAVASCRIPT_SPARES: '1',
    });
    host = new Host(sandbox, temporary);
    await sandbox.run('pass', { env: { SECRET: marker }, stdin: marker, args: [marker] });
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(temporary, { recursive: true });
  });

  it('finds the planted marker if it is in memory', async () => {
    const { stdout } = await sandbox.run(`kept = ["${marker}"] * 9\n${search}`);
    expect(stdout).toMatch(/^[1-9]\d* [1-9]\d* True\n$/);
  });

  describe.each(Object.entries(groups))('%s', (_, programs) => {
    it.each(programs)('contains a program that tries $tries', { timeout: 90_000 }, async (program) => {
      const { code, job, after, beside } = program;
      const [result, other] = await Promise.all([
        sandbox.run(code, job),
        beside && sandbox.run(neighbour, { timeoutMs: 30_000 }),
      ]);
      after(result);
      if (beside) expect(other).toMatchObject({ status: 'completed', stdout: 'undisturbed\n' });
      expect((await sandbox.run(printState)).stdout).toBe(cleanState);
      expect(await host.remains(spares)).toEqual([]);
    });
  });
});
