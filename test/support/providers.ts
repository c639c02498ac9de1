import { webcrypto } from 'node:crypto';
import { native } from '../../crypto/providers/native.ts';
import { readArgon2Wasm } from '../../crypto/providers/node.ts';
import { portable } from '../../crypto/providers/portable.ts';
import type { Primitives } from '../../crypto/providers/primitives.ts';

const simd = await readArgon2Wasm('simd');

export { native };
/** JavaScript alone. */
export const noble = portable({ argon2: simd });
/** As in a browser: Web Crypto encrypts the chunks of files. */
export const browser = portable({ argon2: simd, subtle: webcrypto.subtle });
/** For a runtime without SIMD. */
export const withoutSimd = portable({ argon2: await readArgon2Wasm('plain') });

export const providers: readonly (readonly [string, Primitives])[] = [
  ['native', native],
  ['portable', noble],
];

/** Pairs of providers: one seals, the other opens. */
export const providerPairs = providers.flatMap(([name, primitives]) =>
  providers.map(([other, theirs]) => [`${name} → ${other}`, primitives, theirs] as const),
);
