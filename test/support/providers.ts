import { webcrypto } from 'node:crypto';
import { native } from '../../crypto/providers/native.ts';
import { readArgon2Wasm } from '../../crypto/providers/node.ts';
import { portable } from '../../crypto/providers/portable.ts';
import type { Primitives } from '../../crypto/providers/primitives.ts';

const simd = await readArgon2Wasm('simd');

export { native };
/** JavaScript and WebAssembly only. */
export const noble = portable({ argon2: simd });
/** As in a browser, which seals file chunks with Web Crypto. */
export const browser = portable({ argon2: simd, subtle: webcrypto.subtle });
/** For a runtime without SIMD. */
export const withoutSimd = portable({ argon2: await readArgon2Wasm('plain') });

export const providers: readonly (readonly [string, Primitives])[] = [
  ['native', native],
  ['portable', noble],
];

/** The name of each pair, the provider that seals, and the one that opens. */
export const providerPairs = providers.flatMap(([name, primitives]) =>
  providers.map(([other, theirs]) => [`${name} → ${other}`, primitives, theirs] as const),
);
