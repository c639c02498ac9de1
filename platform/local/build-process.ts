import { type ChildProcess, spawn } from 'node:child_process';
import { builderJob, parseOutcome } from '../build-outcome.ts';
import { logger } from '../logger.ts';
import type { Build, Outcome } from '../package-builder.ts';

const maxOutputBytes = 1024 * 1024;
const stopMs = 10_000;

/** One run of the builder program. It ends when its standard input closes, so it never outlives this process. */
export class BuildProcess {
  /** Rejects if the program ends without a result. */
  readonly outcome: Promise<Outcome>;
  #child: ChildProcess | undefined;
  #abandoned = false;

  constructor(python: Promise<string>, program: string, env: NodeJS.ProcessEnv, build: Build) {
    this.outcome = python.then((executable) => this.#run(executable, program, env, build));
  }

  async abandon(): Promise<void> {
    this.#abandoned = true;
    this.#child?.stdin?.end();
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), stopMs);
    await this.outcome.catch(() => undefined);
    clearTimeout(timer);
  }

  async #run(python: string, program: string, env: NodeJS.ProcessEnv, build: Build): Promise<Outcome> {
    if (this.#abandoned) throw new Error('the build was abandoned');
    const child = spawn(python, ['-I', '-B', program], {
      // A session of its own: only this process handles Ctrl-C in the terminal.
      detached: true,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(builderJob(build))}\n`);
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > maxOutputBytes) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(-4000);
    });
    await new Promise<void>((resolve, reject) => child.once('close', () => resolve()).once('error', reject));
    if (complaint && !this.#abandoned) logger.warn('package builder', { buildId: build.buildId, complaint });
    return parseOutcome(output);
  }
}
