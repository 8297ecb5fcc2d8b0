import type { RefusedRecords } from '../client/refused-records.ts';

/** Brokers refused records of a transaction, and it is known which; nothing of it counts. */
export class RecordsRefusedError extends Error {
  override readonly name = 'RecordsRefusedError';
  readonly refused: readonly RefusedRecords[];

  constructor(refused: readonly RefusedRecords[], options: ErrorOptions) {
    super('The brokers refuse records', options);
    this.refused = refused;
  }
}

/** Thrown once it is known what to write instead of what was refused: its batch is to be planned again. */
export class RefusedOutputsError extends Error {
  override readonly name = 'RefusedOutputsError';
}
