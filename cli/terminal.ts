import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { read } from 'read';
import stringWidth from 'string-width';
import { Interrupted, UsageError } from './errors.ts';
import { visible } from './terminal-text.ts';

/** Returns a text that may come from someone else, made safe if it goes to a terminal. */
function shown(stream: { readonly isTTY?: boolean }, text: string): string {
  return stream.isTTY ? visible(text) : text;
}

type Cell = string | number | null;

/** What a command reads from and writes to. */
export class Terminal {
  readonly json: boolean;
  readonly #progress: boolean;

  constructor({ json }: { readonly json: boolean }) {
    this.json = json;
    this.#progress = !json && process.stderr.isTTY === true;
  }

  /** Whether someone can answer a prompt. */
  get interactive(): boolean {
    return process.stdin.isTTY === true && process.stderr.isTTY === true;
  }

  /** Writes a line to standard output. */
  print(text: string): void {
    process.stdout.write(`${shown(process.stdout, text)}\n`);
  }

  /** Writes a line to standard error. */
  note(text: string): void {
    process.stderr.write(`${shown(process.stderr, text)}\n`);
  }

  /** Prints stored or received content: safely at a terminal, byte for byte to a file or a pipe. */
  content(content: string | Uint8Array): void {
    if (!process.stdout.isTTY) {
      process.stdout.write(content);
      return;
    }
    const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
    this.print(text.replace(/\n$/, ''));
  }

  /** Prints a result as JSON if `--json` is set, and otherwise as `format` returns it. */
  result<T>(value: T, format: (value: T) => string): void {
    const text = this.json ? JSON.stringify(value) : format(value);
    if (text) this.print(text);
  }

  /** Prints entries as JSON if `--json` is set, and otherwise as a table with a column for each heading. */
  list<T>(entries: readonly T[], columns: Readonly<Record<string, (entry: T) => Cell>>): void {
    const rows = entries.map((entry) =>
      Object.values(columns).map((cell) => shown(process.stdout, String(cell(entry) ?? ''))),
    );
    this.result(entries, () => (rows.length === 0 ? '' : table([Object.keys(columns), ...rows])));
  }

  /** Returns a function that draws a progress bar, if standard error is a terminal. */
  progress(label: string): (done: number, total: number) => void {
    if (!this.#progress) return () => undefined;
    const width = 30;
    return (done, total) => {
      const fraction = total === 0 ? 1 : done / total;
      const bar = '#'.repeat(Math.round(fraction * width)).padEnd(width, '.');
      const end = fraction === 1 ? '\n' : '';
      process.stderr.write(`\r${visible(label)} [${bar}] ${Math.round(fraction * 100)} %${end}`);
    };
  }

  /** Prompts for a line. Throws `UsageError` without a terminal. */
  async ask(question: string): Promise<string> {
    return (await this.#prompt(question)).trim();
  }

  /** Prompts for a secret without showing it. Throws `UsageError` without a terminal. */
  async askSecret(question: string): Promise<string> {
    return this.#prompt(question, { silent: true });
  }

  /** Like `secret`, but prompts twice, because a mistyped secret cannot be recovered. */
  async newSecret(question: string, file: string | undefined): Promise<string> {
    const secret = await this.secret(question, file);
    if (file === undefined && (await this.askSecret(`${question}, again`)) !== secret) {
      throw new UsageError('the entries do not match');
    }
    return secret;
  }

  /**
   * Reads a secret from a file (`-` is standard input), or else prompts for it. It is never an argument, since other
   * users of the machine can read those.
   */
  async secret(question: string, file: string | undefined): Promise<string> {
    if (file === undefined) return this.askSecret(question);
    const text = file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8');
    const secret = text.replace(/\r?\n$/, '');
    if (secret === '') throw new UsageError(`${file === '-' ? 'standard input' : file} is empty`);
    return secret;
  }

  async #prompt(question: string, { silent = false } = {}): Promise<string> {
    if (!this.interactive) {
      throw new UsageError(`cannot ask for ${question} without a terminal`);
    }
    const [input, output] = [process.stdin, process.stderr];
    let onPause = () => {};
    // The prompt pauses its input when it closes. Without an answer by then, it was ended with Ctrl-D or a hang-up.
    const closed = new Promise<never>((_, reject) => {
      onPause = () => setImmediate(reject, new Interrupted());
      input.once('pause', onPause);
    });
    const prompt = `${visible(question)}:`;
    const answer = read({ prompt, input, output, silent }).catch(() => {
      throw new Interrupted();
    });
    try {
      return await Promise.race([answer, closed]);
    } finally {
      input.off('pause', onPause);
      if (silent) output.write('\n');
    }
  }
}

/** Rows with their columns aligned. */
function table(rows: readonly (readonly string[])[]): string {
  const [headings = []] = rows;
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
