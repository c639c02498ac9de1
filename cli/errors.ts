/** The command line is wrong, or cannot be carried out here. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What to try instead, on a line of its own. */
  readonly hint: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options);
    this.hint = options.hint;
  }
}

/** The user ended a prompt with Ctrl-C or Ctrl-D. Exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
