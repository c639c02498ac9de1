import { expect } from 'vitest';
import type { Job } from '../../sandbox-image/protocol/job.ts';
import type { Text } from '../sandbox-image/supervisor/supervisor.ts';

/** A program that means harm. Whatever it does, after it nothing of it is left and the next run is clean. */
export type Hostile = {
  /** What it tries. */
  readonly tries: string;
  readonly code: string;
  readonly job?: Partial<Job>;
  /** What must be true of its own result. */
  readonly after: (result: Text) => void;
  /** Another run is under way meanwhile, and must not notice. */
  readonly beside?: true;
};

/** Its result holds this. */
export const gives =
  (expected: Partial<{ [Key in keyof Text]: unknown }>) =>
  (result: Text): void => {
    expect(result).toMatchObject(expected);
  };

export const timesOut = gives({ status: 'timed_out', exitCode: null, signal: 'SIGKILL' });
export const isKilled = gives({ status: 'killed', exitCode: null, signal: 'SIGKILL' });
export const prints = (stdout: string) => gives({ stdout });

/** A Python program whose one statement must raise an error: it says which, or that there was none. */
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

/** The same in JavaScript. */
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
