import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs a program of this folder that writes endlessly and prints the id of each acknowledged write. Kills it with
 * SIGKILL at a random time after its first acknowledgement. Returns the ids.
 */
export async function killedWriter(program: string, ...args: string[]): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  try {
    const lines = createInterface({ input: child.stdout });
    const ids: string[] = [];
    lines.on('line', (line) => ids.push(line));
    await Promise.race([once(lines, 'line'), ended]);
    await delay(Math.random() * 200);
    child.kill('SIGKILL');
    const [code, signal] = await ended;
    if (signal !== 'SIGKILL') throw new Error(`${program} ended by itself: ${code ?? signal}`);
    return ids;
  } finally {
    child.kill('SIGKILL');
  }
}
