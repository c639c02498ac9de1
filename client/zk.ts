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

/** What the installation knows of an encrypted program. `sha256` names the payload: keep it to run that one alone. */
export type ZkCode = ResponseFor<'zk.list'>['body'][number];

export type NewZkCode = {
  readonly name: string;
  /** In Python. */
  readonly code: string;
  /** All that protects the code from those who hold the ciphertext: take a long one. Nobody can tell it again. */
  readonly masterPassword: string;
  /** In the clear. */
  readonly description?: string | undefined;
};

/**
 * Encrypts a program here, and stores it in the place of one with that name. Neither code nor password is sent.
 *
 * @throws RangeError for code or a master password of a length that is not allowed, or no well-formed Unicode
 * @throws StrongroomError where the installation refuses; TAMPERED_PAYLOAD where it stored something else
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

/** All of the caller's, by name. @throws StrongroomError */
export async function listZkCode(client: StrongroomClient, options: CallOptions = {}): Promise<ZkCode[]> {
  return allOf(entriesOf((query) => client.call('zk.list', { ...options, query })));
}

/**
 * Fetches a program, and decrypts it here.
 *
 * @throws StrongroomError WRONG_MASTER_PASSWORD, which an altered payload looks like too; TAMPERED_PAYLOAD for one
 * that is not what it says of itself; NOT_FOUND
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
  /** Run this payload and no other, older or newer, whatever is stored: the `sha256` of when it was stored. */
  readonly sha256?: string | undefined;
};

/**
 * Runs an encrypted program in a sandbox, which alone opens it: the master password is sealed to that sandbox's key,
 * once its proof is verified. A program that ends within 25 seconds is answered at its end, and nothing of it is kept;
 * another is followed like any execution. The signal stops following, not the program.
 *
 * @throws StrongroomError PROOF_REJECTED before anything of the password is sent; WRONG_MASTER_PASSWORD;
 * TAMPERED_PAYLOAD, also for another payload than that of `sha256`; and where the installation refuses
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

/** The sandbox has gone meanwhile, or was too busy after it had opened the box: another box is another try. */
function isSpent(error: unknown): boolean {
  const codes: readonly string[] = ['SESSION_ENDED', 'SEALED_PASSWORD_REJECTED'];
  return error instanceof StrongroomError && codes.includes(error.code);
}

/** A stored program whose payload is the one that its metadata names. */
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

/** The same codes as the API has for what it, or the sandbox, finds out. */
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
