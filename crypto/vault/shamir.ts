import { concat, equalBytes, lengthPrefixed, wipe } from '../encoding/bytes.ts';
import { Tampered } from '../errors.ts';
import type { Primitives } from '../providers/primitives.ts';
import { add, inverse, multiply } from './gf256.ts';
import { afterHeader, header, headerBytes } from './suites.ts';

/**
 * Shamir's secret sharing, k of n, over GF(256), with one polynomial per byte. Fewer than `threshold` shares reveal only
 * the length of the secret. A share:
 *
 *     version ‖ suite ‖ set id (16) ‖ threshold (1) ‖ x (1) ‖ y (length of the secret + 16)
 *
 * The split data is `secret ‖ SHA-256(purpose, set id, threshold, secret)`, the hash cut to 16 bytes, so that joining
 * wrong, modified or mixed shares is detected.
 */
export type SplitOptions = {
  /** 2 to `shares`. */
  readonly threshold: number;
  /** 2 to 255. */
  readonly shares: number;
};

const setIdBytes = 16;
const digestBytes = 16;
const head = headerBytes + setIdBytes + 2;
const purpose = 'strongroom shamir v1';

/** Splits a secret. @throws RangeError if the secret is empty or the options are impossible */
export function splitSecret(
  primitives: Primitives,
  secret: Uint8Array,
  { threshold, shares }: SplitOptions,
): readonly Uint8Array[] {
  const integers = Number.isInteger(threshold) && Number.isInteger(shares);
  if (!integers || threshold < 2 || shares < threshold || shares > 255 || secret.length === 0) {
    throw new RangeError('a secret must be split into 2 to 255 shares with a threshold of at least 2');
  }
  const setId = primitives.randomBytes(setIdBytes);
  const whole = concat(secret, digestOf(primitives, setId, threshold, secret));
  const coefficients = primitives.randomBytes(whole.length * (threshold - 1));
  const split = Array.from({ length: shares }, (_, index) => {
    const x = index + 1;
    const y = Uint8Array.from(whole, (constant, at) => {
      // Horner's method, from the highest power down to the secret byte.
      let value = 0;
      for (let power = 0; power < threshold - 1; power++) {
        value = multiply(add(value, coefficients[at * (threshold - 1) + power] as number), x);
      }
      return add(value, constant);
    });
    return concat(header(), setId, Uint8Array.of(threshold, x), y);
  });
  wipe(whole, coefficients);
  return split;
}

/**
 * @param shares at least as many as the threshold that they name, in any order
 * @throws RangeError for too few, which is the caller's to know: see `thresholdOf`
 * @throws Tampered if they do not belong together, contain a duplicate, or do not yield an intact secret
 * @throws UnsupportedSuite
 */
export function joinShares(primitives: Primitives, shares: readonly Uint8Array[]): Uint8Array {
  const parsed = shares.map(parse);
  const [first] = parsed;
  if (!first || shares.length < first.threshold) throw new RangeError('too few shares');
  const together = parsed.every(
    ({ setId, threshold, y }) =>
      equalBytes(setId, first.setId) && threshold === first.threshold && y.length === first.y.length,
  );
  const distinct = new Set(parsed.map(({ x }) => x)).size === parsed.length;
  if (!together || !distinct) throw new Tampered();

  const weights = lagrangeAtZero(parsed.map(({ x }) => x));
  const whole = Uint8Array.from(first.y, (_, at) =>
    parsed.reduce((sum, { y }, index) => add(sum, multiply(y[at] as number, weights[index] as number)), 0),
  );
  const secret = whole.slice(0, -digestBytes);
  const digest = digestOf(primitives, first.setId, first.threshold, secret);
  const good = equalBytes(digest, whole.subarray(-digestBytes));
  wipe(whole);
  if (good) return secret;
  wipe(secret);
  throw new Tampered();
}

/** @throws Tampered @throws UnsupportedSuite */
export function thresholdOf(share: Uint8Array): number {
  return parse(share).threshold;
}

function parse(share: Uint8Array) {
  const body = afterHeader(share);
  const [threshold = 0, x = 0] = body.subarray(setIdBytes);
  if (share.length <= head + digestBytes || threshold < 2 || x === 0) throw new Tampered();
  return { setId: body.subarray(0, setIdBytes), threshold, x, y: body.subarray(setIdBytes + 2) };
}

/** Of each point, its Lagrange basis polynomial at 0: the product of x_j / (x_j - x_i) over the other points. */
function lagrangeAtZero(points: readonly number[]): readonly number[] {
  return points.map((own) =>
    points.reduce(
      (w, other) => (other === own ? w : multiply(w, multiply(other, inverse(add(other, own))))),
      1,
    ),
  );
}

function digestOf(
  { sha256 }: Primitives,
  setId: Uint8Array,
  threshold: number,
  secret: Uint8Array,
): Uint8Array {
  return sha256(lengthPrefixed(purpose, setId, Uint8Array.of(threshold), secret)).subarray(0, digestBytes);
}
