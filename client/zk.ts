import { limits } from '../contract/limits.ts';
import { utf8, wipe } from '../crypto/encoding/bytes.ts';
import type { Primitives } from '../crypto/providers/primitives.ts';
import { zkPayloadDigest } from '../crypto/zk/digest.ts';
import {
  MalformedPayload,
  openZkPayload,
  sealZkPayload,
  WrongMasterPassword,
  type ZkPayload,
} from '../crypto/zk/payload.ts';
import { type Followed, followExecution, type Result } from './executions.ts';
import { type CallOptions, type ResponseFor, type StrongroomClient, StrongroomError } from './index.ts';
import { allOf, entriesOf } from './paging.ts';
import { openZkSession, sealMasterPassword, type ZkRequest, type ZkTrust } from './zk-session.ts';

export { fetchZkTrust, type ZkTrust } from './zk-session.ts';

/** Metadata of an encrypted program. `sha256` identifies the payload: store it to run only that payload. */
export type ZkCode = ResponseFor<'zk.list'>['body'][number];

export type NewZkCode = {
  readonly name: string;
  /** Python code. */
  readonly code: string;
  /** The only protection of the code from anyone who has the ciphertext: choose a long one. It cannot be recovered. */
  readonly masterPassword: string;
  /** Stored in plaintext. */
  readonly description?: string | undefined;
};

/**
 * Encrypts a program on the client and stores it, replacing a program of the same name. Neither code nor password is sent.
 *
 * @throws RangeError if the code or the master password has an invalid length or is not well-formed Unicode
 * @throws StrongroomError if the API refuses; TAMPERED_PAYLOAD if it stored something else
 */
export async function putZkCode(
  client: StrongroomClient,
  primitives: Primitives,
  { name, code, masterPassword, description }: NewZkCode,
  options: CallOptions = {},
): Promise<ZkCode> {
  checkPassword(masterPassword);
  const encryptedPayload = await sealZkPayload(primitives, masterPassword, programBytes(code));
  const body = { encryptedPayload, description };
  const stored = (await client.call('zk.put', { ...options, params: { name }, body })).body;
  if (stored.sha256 !== zkPayloadDigest(primitives, encryptedPayload)) throw tampered();
  return stored;
}

/** Lists the caller's programs by name. @throws StrongroomError */
export async function listZkCode(client: StrongroomClient, options: CallOptions = {}): Promise<ZkCode[]> {
  return allOf(entriesOf((query) => client.call('zk.list', { ...options, query })));
}

/**
 * Fetches a program and decrypts it on the client.
 *
 * @throws StrongroomError WRONG_MASTER_PASSWORD, also for a modified payload; TAMPERED_PAYLOAD if the payload does not
 * match its metadata; NOT_FOUND
 */
export async function openZkCode(
  client: StrongroomClient,
  primitives: Primitives,
  name: string,
  masterPassword: string,
  options: CallOptions = {},
): Promise<ZkCode & { readonly code: string }> {
  const { encryptedPayload, ...metadata } = await fetchProgram(client, primitives, name, options);
  const plaintext = await openZkPayload(primitives, masterPassword, encryptedPayload).catch(refuse);
  try {
    return {
      ...metadata,
      code: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plaintext),
    };
  } catch (cause) {
    throw tampered(cause);
  } finally {
    wipe(plaintext);
  }
}

/** @throws StrongroomError NOT_FOUND */
export async function deleteZkCode(
  client: StrongroomClient,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  await client.call('zk.delete', { ...options, params: { name } });
}

export type ZkRun = Omit<ZkRequest, 'masterPassword' | 'sealedPassword'> & {
  readonly name: string;
  readonly masterPassword: string;
  /** Run only the payload with this `sha256`, even if the server returns an older or newer one. */
  readonly sha256?: string | undefined;
};

/**
 * Runs an encrypted program in a sandbox. Only the sandbox decrypts it: the client verifies the proof of the sandbox's key
 * and seals the master password to that key. The result of a program that ends within 25 seconds is not stored; a longer
 * one is followed like any execution. The signal ends the following, not the program.
 *
 * @throws StrongroomError PROOF_REJECTED before the sealed password is sent; WRONG_MASTER_PASSWORD;
 * TAMPERED_PAYLOAD, also if the payload does not match `sha256`; or if the API refuses
 */
export async function runZkCode(
  client: StrongroomClient,
  primitives: Primitives,
  trust: ZkTrust,
  { name, masterPassword, sha256, ...program }: ZkRun,
  { onOutput, onAccepted, ...options }: Followed = {},
): Promise<Result> {
  const run = async () => {
    const stored = await fetchProgram(client, primitives, name, options);
    if (sha256 !== undefined && stored.sha256 !== sha256) throw tampered();
    const session = await openZkSession(client, primitives, trust, options);
    const sealedPassword = sealMasterPassword(primitives, session, stored, masterPassword);
    return client.call('zk.execute', { ...options, params: { name }, body: { ...program, sealedPassword } });
  };
  const { status, body } = await run().catch((error) => {
    if (isSpent(error)) return run();
    throw error;
  });
  if (status === 202) {
    onAccepted?.(body.executionId);
    return followExecution(client, body.executionId, { ...options, ...(onOutput && { onOutput }) });
  }
  for (const stream of ['stdout', 'stderr'] as const) if (body[stream]) onOutput?.(stream, body[stream]);
  return body;
}

/** The sandbox is gone, or became busy after it opened the box: retry with a new box. */
function isSpent(error: unknown): boolean {
  const codes: readonly string[] = ['SESSION_ENDED', 'SEALED_PASSWORD_REJECTED'];
  return error instanceof StrongroomError && codes.includes(error.code);
}

/** Returns a stored program after checking that the payload matches its metadata. */
async function fetchProgram(
  client: StrongroomClient,
  primitives: Primitives,
  name: string,
  options: CallOptions,
): Promise<ZkCode & { readonly encryptedPayload: ZkPayload }> {
  const { body } = await client.call('zk.get', { ...options, params: { name } });
  if (digestOf(primitives, body.encryptedPayload) !== body.sha256) throw tampered();
  return body;
}

function digestOf(primitives: Primitives, payload: ZkPayload): string {
  try {
    return zkPayloadDigest(primitives, payload);
  } catch (error) {
    return refuse(error);
  }
}

/** Throws with the same codes as the API. */
function refuse(cause: unknown): never {
  if (cause instanceof MalformedPayload) throw tampered(cause);
  if (!(cause instanceof WrongMasterPassword)) throw cause;
  const message = 'The master password is wrong.';
  throw new StrongroomError(message, { code: 'WRONG_MASTER_PASSWORD', status: 401, cause });
}

function tampered(cause?: unknown): StrongroomError {
  const message = 'The encrypted payload was modified, or it does not contain a program.';
  return new StrongroomError(message, { code: 'TAMPERED_PAYLOAD', status: 400, cause });
}

function checkPassword(masterPassword: string): void {
  const { min, max } = limits.masterPasswordCharacters;
  if (masterPassword.length < min || masterPassword.length > max) {
    throw new RangeError(`the master password must have ${min} to ${max} characters`);
  }
  if (!masterPassword.isWellFormed()) throw new RangeError('the master password must be well-formed Unicode');
}

function programBytes(code: string): Uint8Array {
  const bytes = utf8(code);
  if (bytes.length > limits.codeBytes) {
    throw new RangeError(`the code must be at most ${limits.codeBytes} bytes, and is ${bytes.length}`);
  }
  if (!code.isWellFormed()) throw new RangeError('the code must be well-formed Unicode');
  return bytes;
}
