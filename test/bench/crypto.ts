import { execFileSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { native } from '../../crypto/providers/native.ts';
import { readArgon2Wasm } from '../../crypto/providers/node.ts';
import { portable } from '../../crypto/providers/portable.ts';
import { chunkBytes, fileCipher, newFileCipher } from '../../crypto/vault/file-format.ts';
import { openFile, sealFile } from '../../crypto/vault/file-stream.ts';
import { type VaultCrypto, vaultCrypto } from '../../crypto/vault/vault-crypto.ts';

const argon2 = await readArgon2Wasm();
const providers = { native, portable: portable({ argon2 }) };
const browser = portable({ argon2, subtle: webcrypto.subtle as webcrypto.SubtleCrypto });
const context = { org: 'org', owner: 'user', recordType: 'kv', recordId: 'key', version: 1 };
const value = new Uint8Array(1024).fill(7);
const rounds = 15;
const fileMiB = 256;
const target = 0.5;

/**
 * What the vault's crypto costs: native against portable, and file encryption against `openssl speed`. Each pair is
 * taken in turn in one run, so that what else the machine does falls on both; medians.
 */
export default async function run(): Promise<void> {
  await files();
  await operations();
}

async function operations(): Promise<void> {
  process.stdout.write('\n');
  print('', 'native', 'portable', 'ratio');
  const kem = (name: keyof typeof providers) => {
    const { mlKem768, randomBytes } = providers[name];
    const key = mlKem768.privateKey(randomBytes(64));
    const sent = mlKem768.encapsulate(key.publicKey);
    return { mlKem768, randomBytes, key, ciphertext: sent?.ciphertext as Uint8Array };
  };
  const kems = { native: kem('native'), portable: kem('portable') };
  const vaults = { native: prepare('native'), portable: prepare('portable') };
  const cost = { memoryKiB: 65_536, passes: 3, lanes: 4 };

  await compare('value of 1 KiB: seal and wrap', 40, (name) => vaults[name].put());
  await compare('value of 1 KiB: unwrap and open', 40, (name) => vaults[name].get());
  await compare('private keys: open, with a warm KEK', 40, (name) => vaults[name].openKeys());
  await compare('share: unwrap and wrap again', 40, (name) => vaults[name].share());
  await compare('Argon2id, 64 MiB, 3 passes, 4 lanes', 1, (name) =>
    providers[name].argon2id(value, value.subarray(0, 16), cost, 32),
  );
  await compare('ML-KEM-768 key from its seed', 40, (name) =>
    kems[name].mlKem768.privateKey(kems[name].randomBytes(64)),
  );
  await compare('ML-KEM-768 encapsulate', 40, (name) =>
    kems[name].mlKem768.encapsulate(kems[name].key.publicKey),
  );
  await compare('ML-KEM-768 decapsulate', 40, (name) => kems[name].key.decapsulate(kems[name].ciphertext));
}

function prepare(name: keyof typeof providers) {
  const vault: VaultCrypto = vaultCrypto(providers[name]);
  const keys = vault.generateKeyPairs();
  const owner = { org: 'org', user: 'user', keyVersion: 1 };
  const kek = native.randomBytes(32);
  const sealedKeys = vault.sealPrivateKeys(kek, owner, keys);
  const put = () => {
    const { envelope, cek } = vault.sealValue(context, value);
    return { envelope, wrapped: vault.wrapCek(keys.publicKeys, context, cek) };
  };
  const stored = put();
  return {
    put,
    get: () => vault.openValue(vault.unwrapCek(keys, context, stored.wrapped), context, stored.envelope),
    share: () => vault.wrapCek(keys.publicKeys, context, vault.unwrapCek(keys, context, stored.wrapped)),
    openKeys: () => {
      // `wipe` takes the copies of the seeds that opening made, not the sealed ones.
      vault.openPrivateKeys(kek, owner, keys.publicKeys, sealedKeys).wipe();
    },
  };
}

async function compare(
  what: string,
  times: number,
  work: (name: keyof typeof providers) => unknown,
): Promise<void> {
  const taken: Record<keyof typeof providers, number[]> = { native: [], portable: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['native', 'portable'] as const) {
      const begun = performance.now();
      for (let time = 0; time < times; time++) await work(name);
      if (round > 0) taken[name].push((performance.now() - begun) / times);
    }
  }
  const [ours, theirs] = [median(taken.native), median(taken.portable)];
  print(what, `${ours.toFixed(3)} ms`, `${theirs.toFixed(3)} ms`, `${(theirs / ours).toFixed(1)} ×`);
}

async function files(): Promise<void> {
  const sealed = await sealedFile(fileMiB);
  const rates = { openssl: [] as number[], seal: [] as number[], open: [] as number[] };
  for (let round = 0; round < 9; round++) {
    rates.openssl.push(opensslSpeed());
    rates.seal.push(await sealMiBPerSecond(native, fileMiB));
    rates.open.push(await openMiBPerSecond(sealed, fileMiB));
  }
  const openssl = median(rates.openssl);
  const web = await sealMiBPerSecond(browser, fileMiB);
  const javaScript = await sealMiBPerSecond(providers.portable, 8);
  const rate = (mib: number) => `${mib.toFixed(0)} MiB/s`;
  print(`file, chunks of ${chunkBytes / 1024} KiB`, 'rate', 'of openssl', `target ${target}`);
  print('openssl speed -evp aes-256-gcm', rate(openssl), '1.00', '');
  print('seal, native', rate(median(rates.seal)), (median(rates.seal) / openssl).toFixed(2), '');
  print('open, native', rate(median(rates.open)), (median(rates.open) / openssl).toFixed(2), '');
  print('seal, Web Crypto', rate(web), (web / openssl).toFixed(2), '');
  print('seal, JavaScript alone', rate(javaScript), (javaScript / openssl).toFixed(3), '');
}

async function sealMiBPerSecond(primitives: typeof native, mib: number): Promise<number> {
  const cipher = newFileCipher(primitives, primitives.randomBytes(32), context);
  return rateOf(mib, async () => {
    for await (const _ of sealFile(cipher, mebibytes(mib)));
  });
}

type Sealed = { readonly cek: Uint8Array; readonly whole: Uint8Array };

async function sealedFile(mib: number): Promise<Sealed> {
  const cek = native.randomBytes(32);
  const pieces: Uint8Array[] = [];
  for await (const piece of sealFile(newFileCipher(native, cek, context), mebibytes(mib))) pieces.push(piece);
  return { cek, whole: Buffer.concat(pieces) };
}

async function openMiBPerSecond({ cek, whole }: Sealed, mib: number): Promise<number> {
  // As a file or a response comes in: in pieces that do not know of chunks.
  function* pieces() {
    for (let at = 0; at < whole.length; at += 65_536) yield whole.subarray(at, at + 65_536);
  }
  return rateOf(mib, async () => {
    for await (const _ of openFile((header) => fileCipher(native, cek, context, header), pieces()));
  });
}

/** MiB a second of processor time, all threads of this process taken together. */
async function rateOf(mib: number, work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return mib / ((user + system) / 1e6);
}

function* mebibytes(count: number): Generator<Uint8Array> {
  const mebibyte = new Uint8Array(1024 * 1024).fill(5);
  for (let index = 0; index < count; index++) yield mebibyte;
}

/** MiB a second of processor time, which is what `openssl speed` counts, for blocks as large as our chunks. */
function opensslSpeed(): number {
  const parameters = ['speed', '-mr', '-seconds', '1', '-bytes', String(chunkBytes), '-evp', 'aes-256-gcm'];
  const output = execFileSync('openssl', parameters, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const rate = /^\+F:.*:([\d.]+)$/m.exec(output)?.[1];
  if (!rate) throw new Error(`openssl speed answers ${output}`);
  return Number(rate) / 1024 ** 2;
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function print(...[what = '', ...columns]: readonly string[]): void {
  process.stdout.write(`${what.padEnd(40)}${columns.map((column) => column.padStart(14)).join('')}\n`);
}
