const HIGH_SEED = 0x9747b28c;
const LOW_SEED = 0x3c6ef372;

/**
 * 64 hash bits of a user id, in two independent words: MurmurHash3 (x86, 32 bits) over the id's 16
 * bytes with two seeds. An id is a UUID, so letter case and hyphens do not count. One object is
 * reused for all ids: hashing allocates nothing.
 */
export class UserHash {
  high = 0;
  low = 0;

  /** @param userId a UUID of any version and case */
  set(userId: string): void {
    let high = HIGH_SEED;
    let low = LOW_SEED;
    let word = 0;
    let digits = 0;
    for (let index = 0; index < userId.length; index += 1) {
      const code = userId.charCodeAt(index);
      if (code === 45) continue;
      // 0-9 are 0x30-0x39; setting 0x20 makes A-F and a-f alike.
      word = (word << 4) | (code < 58 ? code - 48 : (code | 32) - 87);
      digits += 1;
      if ((digits & 7) === 0) {
        high = mixWord(high, word);
        low = mixWord(low, word);
        word = 0;
      }
    }
    this.high = finish(high);
    this.low = finish(low);
  }
}

function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = hash ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash ^ 16;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
