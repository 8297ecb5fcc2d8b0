const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * Austin Appleby's MurmurHash2 with the seed of Kafka's Java client (org.apache.kafka.common.utils.Utils),
 * by which producers choose the partition of a key. All arithmetic is of 32 bits.
 *
 * @returns a signed int32, as in Java
 */
export function murmur2(key: Uint8Array | string): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  const { length } = bytes;
  const tail = length & ~3;
  let hash = SEED ^ length;
  for (let index = 0; index < tail; index += 4) {
    let word =
      at(bytes, index, 0) | at(bytes, index, 1) | at(bytes, index, 2) | at(bytes, index, 3);
    word = Math.imul(word, M);
    word ^= word >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(word, M);
  }
  if (length > tail) {
    // Past the end there are zeros, which change nothing.
    hash ^= at(bytes, tail, 0) | at(bytes, tail, 1) | at(bytes, tail, 2);
    hash = Math.imul(hash, M);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

/** @returns a byte in its place of a little-endian word */
function at(bytes: Uint8Array, index: number, place: number): number {
  return (bytes[index + place] ?? 0) << (8 * place);
}
