import wasm from 'argon2-browser/dist/argon2-simd.wasm';
import { portable } from '../../../crypto/providers/portable.ts';

/** All that is heavy of this section, and nothing that has to be there before somebody uses it. */
export { openZkCode, putZkCode, runZkCode } from '../../../client/zk.ts';

export const primitives = portable({ argon2: wasm });
