import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text as readAll } from 'node:stream/consumers';
import type { ReadStream } from 'node:tty';
import { UsageError } from './command.ts';
import { visible } from './terminal-text.ts';

/** A text that may be somebody else's, for where it goes. */
function shown(stream: { readonly isTTY?: boolean }, text: string): string {
  return stream.isTTY ? visible(text) : text;
}

type Cell = string | number | null;

/** What a program reads from and writes to. */
export class Terminal {
  readonly json: boolean;
  readonly #progress: boolean;

  constructor({ json }: { readonly json: boolean }) {
    this.json = json;
    this.#progress = !json && process.stderr.isTTY === true;
  }

  /** Where somebody can be asked. */
  get interactive(): boolean {
    return process.stdin.isTTY === true && process.stderr.isTTY === true;
  }

  print(text: string): void {
    process.stdout.write(`${shown(process.stdout, text)}\n`);
  }

  note(text: string): void {
    process.stderr.write(`${shown(process.stderr, text)}\n`);
  }

  /** What somebody stored or sent: a terminal shows it, and a file or pipe gets it byte by byte as it is. */
  content(content: string | Uint8Array): void {
    if (!process.stdout.isTTY) process.stdout.write(content);
    else
      this.print(
        (typeof content === 'string' ? content : new TextDecoder().decode(content)).replace(/\n$/, ''),
      );
  }

  /** The value as JSON where that was asked for, else what `human` makes of it. */
  answer<T>(value: T, human: (value: T) => string): void {
    const text = this.json ? JSON.stringify(value) : human(value);
    if (text) this.print(text);
  }

  /** Entries as JSON where that was asked for, else as a table with a column for each heading. */
  list<T>(entries: readonly T[], columns: Readonly<Record<string, (entry: T) => Cell>>): void {
    const rows = entries.map((entry) => Object.values(columns).map((cell) => String(cell(entry) ?? '')));
    this.answer(entries, () => (rows.length === 0 ? '' : table([Object.keys(columns), ...rows])));
  }

  /** A bar on standard error while something goes on, where that is a terminal. */
  progress(what: string): (done: number, total: number) => void {
    if (!this.#progress) return () => undefined;
    const width = 30;
    return (done, total) => {
      const share = total === 0 ? 1 : done / total;
      const bar = '#'.repeat(Math.round(share * width)).padEnd(width, '.');
      process.stderr.write(
        `\r${visible(what)} [${bar}] ${Math.round(share * 100)} %${share === 1 ? '\n' : ''}`,
      );
    };
  }

  /** A line that somebody types. @throws UsageError where there is nobody to ask */
  async ask(question: string): Promise<string> {
    if (!this.interactive) throw new UsageError(`there is no terminal to ask for ${question}`);
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await lines.question(`${visible(question)}: `)).trim();
    } finally {
      lines.close();
    }
  }

  /** A secret that somebody types, without showing it. @throws UsageError where there is nobody to ask */
  async askSecret(question: string): Promise<string> {
    if (!this.interactive) throw new UsageError(`there is no terminal to ask for ${question}`);
    const input = process.stdin as ReadStream;
    // Before the question is there: whoever answers at once, a program for example, would else be shown what it types.
    input.setRawMode(true);
    process.stderr.write(`${visible(question)}: `);
    try {
      return await readHidden(input);
    } finally {
      input.setRawMode(false);
      input.pause();
      process.stderr.write('\n');
    }
  }

  /** As `secret`, typed twice where somebody types it: for what nobody can tell again. */
  async newSecret(question: string, file: string | undefined): Promise<string> {
    const secret = await this.secret(question, file);
    if (file === undefined && (await this.askSecret(`${question}, again`)) !== secret) {
      throw new UsageError('what was typed is not the same');
    }
    return secret;
  }

  /**
   * A secret from a file (`-` is standard input), else from whoever sits there. Never from the command line, which other
   * users of the machine can read.
   */
  async secret(question: string, file: string | undefined): Promise<string> {
    if (file === undefined) return this.askSecret(question);
    const text = file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8');
    const secret = text.replace(/\r?\n$/, '');
    if (secret === '') throw new UsageError(`${file === '-' ? 'standard input' : file} is empty`);
    return secret;
  }
}

/** Rows with their columns aligned. */
function table(rows: readonly (readonly string[])[]): string {
  const [first = []] = rows;
  const widths = first.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** What is typed up to the end of a line, as raw keys. */
function readHidden(input: ReadStream): Promise<string> {
  let typed = '';
  return new Promise((resolve) => {
    const take = (chunk: Buffer) => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n') {
          input.off('data', take);
          resolve(typed);
          return;
        }
        if (character === '\u0003' || character === '\u0004') process.exit(130);
        typed = character === '\u007f' ? typed.slice(0, -1) : typed + character;
      }
    };
    input.on('data', take).resume();
  });
}
