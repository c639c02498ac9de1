import { wipe } from '../encoding/bytes.ts';
import type { Primitives } from './primitives.ts';

/**
 * The exports of `argon2.wasm` and `argon2-simd.wasm` in argon2-browser 1.18.0, under the names that their build chose.
 * We call them directly: the package's own loader fetches the module by path, fails on Node 18 and newer, leaves
 * listeners for uncaught exceptions in the process and keeps passwords in memory.
 */
type Exports = {
  readonly c: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  /** Runs the constructors. Call it once. */
  d(): void;
  f(size: number): number;
  /** `argon2_hash_ext` */
  l(...parameters: readonly number[]): number;
};

type Module = { readonly compiled: unique symbol };

/** No type library for both Node and browsers declares `WebAssembly`. */
const { compile, instantiate } = (
  globalThis as unknown as {
    readonly WebAssembly: {
      compile(bytes: Uint8Array): Promise<Module>;
      instantiate(module: Module, imports: object): Promise<{ readonly exports: unknown }>;
    };
  }
).WebAssembly;

const argon2id = 2;
const version = 0x13;
const pageBytes = 65_536;
const maximumPages = 32_767;

/** @param wasm bytes of the module */
export function argon2Wasm(wasm: Uint8Array): Primitives['argon2id'] {
  let compiled: Promise<Module> | undefined;
  return async (password, salt, { memoryKiB, passes, lanes, secret, associatedData }, length) => {
    if (salt.length < 8) throw new RangeError('Argon2id salt must have at least 8 bytes');
    compiled ??= compile(wasm);
    // One instance per call, so that its memory, with every secret in it, is discarded when the call ends.
    const { c: memory, f: malloc, l: hash } = await start(await compiled);
    const bytes = (at: number, size: number) => new Uint8Array(memory.buffer, at, size);
    const place = (input: Uint8Array) => {
      const at = malloc(input.length + 1);
      bytes(at, input.length).set(input);
      return at;
    };
    const inputs = [password, salt, secret ?? new Uint8Array(), associatedData ?? new Uint8Array()];
    const [pwd = 0, slt = 0, key = 0, ad = 0] = inputs.map(place);
    const out = malloc(length);
    try {
      const lengths = inputs.map((input) => input.length);
      const [pwdLength = 0, sltLength = 0, keyLength = 0, adLength = 0] = lengths;
      const cost = [passes, memoryKiB, lanes];
      const noText = [0, 0];
      const failed = hash(
        ...[...cost, pwd, pwdLength, slt, sltLength, out, length, ...noText, argon2id],
        ...[key, keyLength, ad, adLength, version],
      );
      if (failed !== 0) throw new RangeError(`Argon2id refuses its parameters: error ${failed}`);
      return Uint8Array.from(bytes(out, length));
    } finally {
      wipe(bytes(pwd, password.length), bytes(out, length), bytes(key, inputs[2]?.length ?? 0));
    }
  };
}

async function start(module: Module): Promise<Exports> {
  const instance = await instantiate(module, {
    a: {
      /** `emscripten_memcpy_big` */
      a(to: number, from: number, size: number) {
        new Uint8Array(exports.c.buffer).copyWithin(to, from, from + size);
        return to;
      },
      /** `emscripten_resize_heap` */
      b(size: number) {
        const wanted = Math.ceil((size >>> 0) / pageBytes);
        if (wanted > maximumPages) return 0;
        try {
          exports.c.grow(wanted - exports.c.buffer.byteLength / pageBytes);
          return 1;
        } catch {
          return 0;
        }
      },
    },
  });
  const exports = instance.exports as Exports;
  exports.d();
  return exports;
}
