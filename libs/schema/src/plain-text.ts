import { isIPv6 } from 'node:net';

/**
 * Scanners for JSON that is plain: ASCII without escapes. Each takes where something starts and returns where it ends,
 * or NONE where it is something else, or not plain: then only JSON.parse knows.
 */
export const NONE = -1;

const SPACE_BAR = 0x20;
const QUOTE = 0x22;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const HYPHEN = 0x2d;

/** So many digits are exact in a double. */
const MAX_DIGITS = 15;
const UUID_BYTES = 36;
const MAX_OCTET = 255;

const SPACE = tableOf(/[ \t\n\r]/);
/** What stands for itself in a string. */
const PLAIN = tableOf(/[ !#-[\]-~]/);
const IPV6 = tableOf(/[0-9A-Fa-f:.]/);
/** Of a UUID a digit is 1, a hyphen 2, and anything else 0. */
const UUID_SIGNS = tableOf(/[0-9A-Fa-f]/).with(HYPHEN, 2);
const UUID_SHAPE = Uint8Array.from(
  Buffer.from('00000000-0000-0000-0000-000000000000'),
  (byte) => UUID_SIGNS[byte] ?? 0,
);

/** @returns a table by byte, 1 for the characters that match */
function tableOf(characters: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 0x80 && characters.test(String.fromCharCode(byte)) ? 1 : 0,
  );
}

/** Never reads past the end, here as everywhere: one such read would make V8 compile all others for it. */
function skip(table: Uint8Array, bytes: Uint8Array, start: number): number {
  const { length } = bytes;
  let at = start;
  while (at < length && table[bytes[at] ?? 0] === 1) at += 1;
  return at;
}

/** Mostly there is none. */
export function skipSpace(bytes: Uint8Array, start: number): number {
  return start < bytes.length && (bytes[start] ?? 0) > SPACE_BAR
    ? start
    : skip(SPACE, bytes, start);
}

/** @param start after the opening quote; the end is the closing quote */
export function endOfString(bytes: Uint8Array, start: number): number {
  const end = skip(PLAIN, bytes, start);
  return end < bytes.length && bytes[end] === QUOTE ? end : NONE;
}

/** A word in ASCII, whatever follows. */
export function endOfWord(bytes: Uint8Array, start: number, word: Uint8Array): number {
  if (start + word.length > bytes.length) return NONE;
  for (let index = 0; index < word.length; index += 1) {
    if (bytes[start + index] !== word[index]) return NONE;
  }
  return start + word.length;
}

/** Digits with or without a fraction, as both JSON and the decimal spelling of times have them. */
export function endOfDecimal(bytes: Uint8Array, start: number): number {
  const whole = endOfDigits(bytes, start);
  const digits = whole - start;
  if (digits < 1 || digits > MAX_DIGITS || (bytes[start] === ZERO && digits > 1)) return NONE;
  if (bytes[whole] !== DOT) return whole;
  const end = endOfDigits(bytes, whole + 1);
  return end > whole + 1 ? end : NONE;
}

function endOfDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) at += 1;
  return at;
}

export function endOfUuid(bytes: Uint8Array, start: number): number {
  for (let index = 0; index < UUID_BYTES; index += 1) {
    if (UUID_SIGNS[bytes[start + index] ?? 0] !== UUID_SHAPE[index]) return NONE;
  }
  return start + UUID_BYTES;
}

/** @param bytes in a buffer: Node's parser decides about IPv6 */
export function endOfIp(bytes: Buffer, start: number): number {
  const end = endOfIpv4(bytes, start);
  if (end !== NONE) return end;
  const last = skip(IPV6, bytes, start);
  return isIPv6(bytes.toString('latin1', start, last)) ? last : NONE;
}

/** Four decimal octets without leading zeros (RFC 3986, section 3.2.2). */
function endOfIpv4(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let octet = 1; ; octet += 1) {
    const first = at;
    let value = 0;
    for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) {
      value = value * 10 + byte - ZERO;
      at += 1;
    }
    const digits = at - first;
    if (digits < 1 || digits > 3 || value > MAX_OCTET) return NONE;
    if (bytes[first] === ZERO && digits > 1) return NONE;
    if (octet === 4) return at;
    if (bytes[at] !== DOT) return NONE;
    at += 1;
  }
}
