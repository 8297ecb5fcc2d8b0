import { MemoryBudget } from './memory-budget.ts';

/**
 * What readers may have decompressed at a time, together. A share is held until its piece is done with: a reader that a
 * batch of another one waits for must not share memory with that one.
 */
export class ReadMemory {
  /** Bytes of pieces, each with its working copy. */
  readonly pieces: MemoryBudget;
  /**
   * One large batch at a time: what a codec keeps besides its output, zstd above all, and a record
   * that is larger than a piece count once only.
   */
  readonly largeBatches = new MemoryBudget(1);

  constructor(bytes: number) {
    this.pieces = new MemoryBudget(bytes);
  }
}
