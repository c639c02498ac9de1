import wasm from 'argon2-browser/dist/argon2-simd.wasm';
import { portable } from '../../../crypto/providers/portable.ts';

/** The large dependencies of this section, loaded when they are first needed. */
export { openZkCode, putZkCode, runZkCode } from '../../../client/zk.ts';

export const primitives = portable({ argon2: wasm });
