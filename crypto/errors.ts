/**
 * A refusal to decrypt. `code` is stable; the message never contains the refused data.
 *
 * - `WRONG_USER_SECRET`: the secret is not the one that the record was created with. HTTP 401.
 * - `TAMPERED`: modified, truncated, moved to another record, owner, version or recipient, or with impossible
 *   parameters. It never reveals which. HTTP 400.
 * - `UNSUPPORTED_SUITE`: a version or suite that this program does not know or no longer accepts. HTTP 400.
 * - `KEY_MISMATCH`: wrapped to another key than the given one. HTTP 400, or 403 for a share.
 */
export abstract class Refused extends Error {
  abstract readonly code: 'WRONG_USER_SECRET' | 'TAMPERED' | 'UNSUPPORTED_SUITE' | 'KEY_MISMATCH';
}

export class WrongUserSecret extends Refused {
  override readonly name = 'WrongUserSecret';
  readonly code = 'WRONG_USER_SECRET';

  constructor() {
    super('the user secret is wrong');
  }
}

export class Tampered extends Refused {
  override readonly name = 'Tampered';
  readonly code = 'TAMPERED';

  constructor() {
    super('the stored material was altered, or belongs elsewhere');
  }
}

export class UnsupportedSuite extends Refused {
  override readonly name = 'UnsupportedSuite';
  readonly code = 'UNSUPPORTED_SUITE';

  constructor() {
    super('the stored material is of an unknown version or suite');
  }
}

export class KeyMismatch extends Refused {
  override readonly name = 'KeyMismatch';
  readonly code = 'KEY_MISMATCH';

  constructor() {
    super('the key was wrapped to other keys than these');
  }
}
