/** A power of two, well above the number of texts that usually keep coming back. */
const SLOTS = 4_096;

/**
 * Makes short texts from bytes, those that keep coming back only once: app versions, device types,
 * locales. A text that is not in its slot takes it, so that no input makes the cache grow.
 */
export class TextCache {
  readonly #texts: string[] = Array.from({ length: SLOTS }, () => '');

  /** @param bytes in ASCII from `start` to `end` */
  read(bytes: Buffer, start: number, end: number): string {
    let hash = end - start;
    for (let at = start; at < end; at += 1) hash = (hash * 31 + (bytes[at] ?? 0)) | 0;
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const known = this.#texts[slot] ?? '';
    if (holds(known, bytes, start, end)) return known;
    const text = bytes.toString('latin1', start, end);
    this.#texts[slot] = text;
    return text;
  }
}

function holds(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
