import * as crypto from 'node:crypto';
import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Primitives } from './primitives.ts';

/**
 * Chooses the provider for a program on Node, at its start: `native` if this Node supports all of it (24.7 or newer),
 * otherwise `portable`. Functions import `native.ts` directly, because their runtime is fixed; browser pages import
 * `portable.ts`. So neither bundle contains the other provider.
 */
export async function choosePrimitives(): Promise<Primitives> {
  if ('argon2' in crypto && 'encapsulate' in crypto) return (await import('./native.ts')).native;
  const { portable } = await import('./portable.ts');
  return portable({ argon2: await readArgon2Wasm(), subtle: webcrypto.subtle });
}

const wasm = {
  simd: import.meta.resolve('argon2-browser/dist/argon2-simd.wasm'),
  plain: import.meta.resolve('argon2-browser/dist/argon2.wasm'),
};

export function readArgon2Wasm(kind: keyof typeof wasm = 'simd'): Promise<Uint8Array> {
  return readFile(fileURLToPath(wasm[kind]));
}
