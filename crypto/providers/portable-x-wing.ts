import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { concat, requireLength, wipe } from '../encoding/bytes.ts';
import {
  mlKem768Bytes,
  type Primitives,
  type XWing,
  x25519Bytes,
  xWingBytes,
  xWingLabel,
} from './primitives.ts';

type Parts = Pick<Primitives, 'randomBytes' | 'mlKem768' | 'x25519'>;

/** Made of the primitives that it is defined by. */
export function portableXWing({ randomBytes, mlKem768, x25519 }: Parts): XWing {
  return {
    privateKey(seed) {
      requireLength('X-Wing seed', seed, xWingBytes.seed);
      const expanded = shake256(seed, { dkLen: mlKem768Bytes.seed + x25519Bytes });
      const mlKem = mlKem768.privateKey(expanded.subarray(0, mlKem768Bytes.seed));
      const own = x25519.privateKey(expanded.subarray(mlKem768Bytes.seed));
      wipe(expanded);
      return {
        publicKey: concat(mlKem.publicKey, own.publicKey),
        decapsulate(ciphertext) {
          requireLength('X-Wing ciphertext', ciphertext, xWingBytes.ciphertext);
          const ephemeral = ciphertext.subarray(mlKem768Bytes.ciphertext);
          const agreed = own.agree(ephemeral);
          if (!agreed) return undefined;
          const shared = mlKem.decapsulate(ciphertext.subarray(0, mlKem768Bytes.ciphertext));
          return combine(shared, agreed, ephemeral, own.publicKey);
        },
        wipe() {
          mlKem.wipe();
          own.wipe();
        },
      };
    },
    publicKey(bytes) {
      requireLength('X-Wing public key', bytes, xWingBytes.publicKey);
      const [mlKem, peer] = [
        bytes.subarray(0, mlKem768Bytes.publicKey),
        bytes.subarray(mlKem768Bytes.publicKey),
      ];
      return {
        encapsulate() {
          const ephemeral = x25519.privateKey(randomBytes(x25519Bytes));
          const agreed = ephemeral.agree(peer);
          ephemeral.wipe();
          const encapsulation = mlKem768.encapsulate(mlKem);
          if (!agreed || !encapsulation) return undefined;
          return {
            sharedSecret: combine(encapsulation.sharedSecret, agreed, ephemeral.publicKey, peer),
            ciphertext: concat(encapsulation.ciphertext, ephemeral.publicKey),
          };
        },
      };
    },
  };
}

/** Wipes both halves. */
function combine(
  shared: Uint8Array,
  agreed: Uint8Array,
  ephemeral: Uint8Array,
  peer: Uint8Array,
): Uint8Array {
  const joined = concat(shared, agreed, ephemeral, peer, xWingLabel);
  const secret = sha3_256(joined);
  wipe(shared, agreed, joined);
  return secret;
}
