import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const source = [process.execPath, resolve(import.meta.dirname, '..', '..', 'bin', 'strongroom.ts')] as const;
const terminal = join(import.meta.dirname, 'terminal.py');

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

type Stored = {
  readonly url: string;
  readonly apiKey: string;
  readonly auditLog?: { readonly verifierKey: string; readonly checkpoint: string };
};

/** The CLI of one user, with a home folder of their own. */
export class Cli {
  readonly home = mkdtempSync(join(tmpdir(), 'strongroom-cli-'));
  readonly #env: NodeJS.ProcessEnv;
  readonly #program: readonly [node: string, program: string];

  /** @param program runs instead of the repository's */
  constructor(url: string, program: readonly [node: string, program: string] = source) {
    this.#program = program;
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    this.#env = { PATH, NODE_COMPILE_CACHE, HOME: this.home, STRONGROOM_URL: url };
  }

  /** Returns the CLI of a new user who has an account and key pairs. */
  static async withVault(url: string, name: string): Promise<Cli> {
    const cli = new Cli(url);
    const email = `${name}-${randomUUID()}@example.com`;
    const registered = await cli.run(['register', '--email', email, '--password-file', '-'], randomUUID());
    if (registered.code !== 0) throw new Error(registered.stderr);
    const generated = await cli.run(['keys', 'generate', ...cli.userSecret()]);
    if (generated.code !== 0) throw new Error(generated.stderr);
    return cli;
  }

  /** Returns the option that names a file with a user secret, by default their own. */
  userSecret(secret = `the user secret of ${this.home}`): readonly string[] {
    return ['--user-secret-file', this.file('user-secret', secret)];
  }

  /** Writes a file in the home folder and returns its name. */
  file(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.home, name), content);
    return name;
  }

  /** Returns the JSON output of a command. Throws `Error` with its error output if it fails. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of every shape
  async json(args: readonly string[], input = ''): Promise<any> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], input);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** Returns the stored credentials. */
  stored(profile = 'default'): Stored {
    return JSON.parse(readFileSync(this.credentials, 'utf8')).profiles[profile];
  }

  /** Replaces the stored credentials. */
  store(stored: object): void {
    writeFileSync(this.credentials, JSON.stringify({ profiles: { default: stored } }));
  }

  get credentials(): string {
    return join(this.home, '.config', 'strongroom', 'credentials.json');
  }

  /** @param input standard input */
  async run(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return ended(this.start(args, input, env));
  }

  start(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}) {
    const [node, program] = this.#program;
    const child = spawn(node, [program, ...args], {
      cwd: this.home,
      env: { ...this.#env, ...env },
    });
    child.stdin.end(input);
    return child;
  }

  /** Runs a command at a pseudo-terminal and types each answer as soon as its question appears. */
  async type(args: readonly string[], answers: readonly (readonly [question: string, answer: string])[]) {
    const command = [terminal, JSON.stringify(answers), ...this.#program, ...args];
    return ended(spawn('python3', command, { cwd: this.home, env: this.#env }));
  }

  /** The program as a shell command. */
  get line(): string {
    return this.#program.map((word) => `'${word}'`).join(' ');
  }

  /** Runs a line in bash with pipefail. */
  async inShell(line: string): Promise<Ended> {
    const bash = spawn('bash', ['-o', 'pipefail', '-c', line], { cwd: this.home, env: this.#env });
    return ended(bash);
  }

  remove(): void {
    rmSync(this.home, { recursive: true });
  }
}

export async function ended(child: ReturnType<Cli['start']>): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
