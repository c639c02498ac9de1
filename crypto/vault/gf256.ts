/**
 * GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, the field of AES (FIPS 197 section 4). No table and no branch depends on an
 * operand: a lookup by a secret byte would reveal it to any process that shares the processor's cache.
 */
const reduction = 0x1b;

/** Adds, or subtracts, which is the same. */
export function add(a: number, b: number): number {
  return a ^ b;
}

export function multiply(a: number, b: number): number {
  let product = 0;
  let power = a;
  for (let bit = 0; bit < 8; bit++) {
    product ^= power & -((b >> bit) & 1);
    power = ((power << 1) ^ (reduction & -(power >> 7))) & 0xff;
  }
  return product;
}

/** Returns a^254, which is 1/a, or 0 for 0. */
export function inverse(a: number): number {
  let result = 1;
  let power = a;
  for (let bit = 1; bit < 8; bit++) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}
