/**
 * What is wrong with the bytes of a record batch; where topic and offset are known, it becomes an
 * {@link UnreadableBatchError}.
 */
export class DamageError extends Error {
  override readonly name = 'DamageError';
  readonly code = 'DAMAGE';
}

/** Where a record batch stands. */
export interface BatchPlace {
  readonly topic: string;
  readonly partition: number;
  /** The batch's first offset. */
  readonly offset: number;
  /** Its last one; undefined where that is not sure. */
  readonly lastOffset: number | undefined;
}

/**
 * A fetched record batch cannot be trusted or decoded. Fetching it again helps when it was damaged on its
 * way; none of its records may be skipped.
 */
export class UnreadableBatchError extends Error {
  override readonly name = 'UnreadableBatchError';
  readonly code = 'UNREADABLE_BATCH';
  readonly place: BatchPlace;

  constructor(place: BatchPlace, reason: string) {
    const { topic, partition, offset } = place;
    super(
      `The record batch at offset ${offset} of partition ${partition} of topic "${topic}" cannot be read: ${reason}`,
    );
    this.place = place;
  }
}
