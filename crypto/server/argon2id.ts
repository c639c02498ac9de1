import { argon2 } from 'node:crypto';

/** RFC 9106 section 4, the second recommended option; also the defaults of argon2-cffi. */
export const argon2idParameters = { memoryKiB: 65_536, passes: 3, lanes: 4, saltBytes: 16 } as const;

/**
 * Derives a key with Argon2id (RFC 9106), version 0x13, and the parameters above.
 *
 * @param salt 16 bytes
 * @param length of the derived key in bytes
 */
export function argon2id(password: Uint8Array, salt: Uint8Array, length = 32): Promise<Uint8Array> {
  if (salt.length !== argon2idParameters.saltBytes) throw new RangeError('Argon2id salt must have 16 bytes');
  const { memoryKiB: memory, passes, lanes: parallelism } = argon2idParameters;
  return new Promise((resolve, reject) => {
    argon2(
      'argon2id',
      { message: password, nonce: salt, parallelism, tagLength: length, memory, passes },
      (error, key) => (error ? reject(error) : resolve(new Uint8Array(key))),
    );
  });
}
