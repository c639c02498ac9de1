import { expect } from 'vitest';
import type { Job } from '../../sandbox-image/protocol/job.ts';
import type { Text } from '../sandbox-image/supervisor/supervisor.ts';

/** A hostile program. Whatever it does, it leaves nothing behind, and the next run starts clean. */
export type Hostile = {
  /** What it tries. */
  readonly tries: string;
  readonly code: string;
  readonly job?: Partial<Job>;
  /** Checks its own result. */
  readonly after: (result: Text) => void;
  /** Another run happens at the same time and must not be affected. */
  readonly beside?: true;
};

/** Expects these fields in the result. */
export const gives =
  (expected: Partial<{ [Key in keyof Text]: unknown }>) =>
  (result: Text): void => {
    expect(result).toMatchObject(expected);
  };

export const timesOut = gives({ status: 'timed_out', exitCode: null, signal: 'SIGKILL' });
export const isKilled = gives({ status: 'killed', exitCode: null, signal: 'SIGKILL' });
export const prints = (stdout: string) => gives({ stdout });

/** Returns a Python program with one statement that must raise an error. It prints the error, or `done`. */
export function refused(tries: string, statement: string): Hostile {
  const code = `
import os, socket, ctypes, mmap, signal, resource, subprocess, fcntl
libc = ctypes.CDLL(None, use_errno=True)
def must(result):
    if result == -1: raise OSError(ctypes.get_errno(), "refused")
    return result
try:
    ${statement}
    print("done")
except BaseException as error:
    print(type(error).__name__)`;
  return {
    tries,
    code,
    after: ({ stdout }) => expect(stdout).toMatch(/^\w*(Error|Expired|herror|gaierror)\n$/),
  };
}

/** Like `refused`, in JavaScript. */
export function refusedJs(tries: string, statement: string): Hostile {
  const code = `
import fs from 'node:fs';
import net from 'node:net';
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
try {
  ${statement};
  console.log('done');
} catch (error) {
  console.log(error instanceof Error ? 'Error' : 'odd');
}
process.exit(0);`;
  return javascript(tries, code, prints('Error\n'));
}

export function javascript(
  tries: string,
  code: string,
  after: Hostile['after'],
  job: Partial<Job> = {},
): Hostile {
  return { tries: `${tries} (JavaScript)`, code, after, job: { ...job, language: 'javascript' } };
}
