import type { Estimate } from './insights.ts';
import type { UserHash } from './user-hash.ts';

const INDEX_BITS = 12;
const RANK_BITS = 32;
/** Registers of a sketch. */
export const REGISTERS = 1 << INDEX_BITS;

/**
 * HyperLogLog: how many distinct users there were, in 4 KiB whatever their number; the union of two sketches is exact.
 * Registers after Flajolet et al. 2007; estimator after Ertl 2017, "New cardinality estimation algorithms for
 * HyperLogLog sketches", algorithm 6, which needs no table of bias corrections and is accurate from 0 on.
 * Relative standard error 1.04 / sqrt(4096) = 1.6 %.
 */
export class DistinctUsers {
  readonly registers = new Uint8Array(REGISTERS);

  add(hash: UserHash): void {
    const index = hash.high >>> (32 - INDEX_BITS);
    const rank = Math.clz32(hash.low) + 1;
    if (rank > (this.registers[index] ?? 0)) this.registers[index] = rank;
  }

  /** Adds all users of another sketch. */
  merge(other: DistinctUsers): void {
    for (let index = 0; index < REGISTERS; index += 1) {
      const rank = other.registers[index] ?? 0;
      if (rank > (this.registers[index] ?? 0)) this.registers[index] = rank;
    }
  }

  estimate(): Estimate {
    const histogram = new Array<number>(RANK_BITS + 2).fill(0);
    for (const rank of this.registers) histogram[rank] = (histogram[rank] ?? 0) + 1;
    let z = REGISTERS * tau(1 - (histogram[RANK_BITS + 1] ?? 0) / REGISTERS);
    for (let rank = RANK_BITS; rank >= 1; rank -= 1) z = 0.5 * (z + (histogram[rank] ?? 0));
    z += REGISTERS * sigma((histogram[0] ?? 0) / REGISTERS);
    return {
      estimate: Math.round((0.5 / Math.LN2) * REGISTERS * (REGISTERS / z)),
      relativeError: 1.04 / Math.sqrt(REGISTERS),
    };
  }
}

/** Ertl 2017, equation for registers that are still empty. */
function sigma(share: number): number {
  if (share === 1) return Infinity;
  let [x, y, z, previous] = [share, 1, share, NaN];
  while (z !== previous) {
    x *= x;
    previous = z;
    z += x * y;
    y += y;
  }
  return z;
}

/** Ertl 2017, equation for registers that are full. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, z, previous] = [share, 1, 1 - share, NaN];
  while (z !== previous) {
    x = Math.sqrt(x);
    previous = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
