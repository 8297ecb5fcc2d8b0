/**
 * A signed 64-bit integer: a number where that is exact, else a bigint. Offsets and times of day are
 * numbers, but a producer may write any 64 bits as a timestamp.
 */
export type Int64 = number | bigint;

/** @returns the integer, taken modulo 2 ** 64, in its cheapest exact form */
export function int64(value: bigint): Int64 {
  const wrapped = BigInt.asIntN(64, value);
  const number = Number(wrapped);
  return Number.isSafeInteger(number) ? number : wrapped;
}

/** @throws SyntaxError when the text is no decimal integer */
export function parseInt64(text: string): Int64 {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : int64(BigInt(text));
}

/** @returns the sum; it wraps around, as Java's does */
export function add(one: Int64, other: Int64): Int64 {
  if (typeof one === 'number' && typeof other === 'number') {
    const sum = one + other;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return int64(BigInt(one) + BigInt(other));
}

/** @returns one minus other; it wraps around, as Java's does */
export function subtract(one: Int64, other: Int64): Int64 {
  if (typeof one === 'number' && typeof other === 'number') {
    const difference = one - other;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return int64(BigInt(one) - BigInt(other));
}
