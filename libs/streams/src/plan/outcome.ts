/** What becomes of one record. Steps return outcomes; the transaction turns them into I/O. */
export type Outcome<Reason extends string = string> = Emit | Drop | DeadLetter<Reason>;

/** The record goes on with another value, as one record of the output topic. */
export interface Emit {
  readonly kind: 'emit';
  /** The output record's value; key, headers and timestamp stay the input's. */
  readonly value: Buffer;
  /** Of which key this may be the newest record; absent where newest records are not kept. */
  readonly latest?: LatestKey | undefined;
}

/** A key in a topic that holds the newest record of each, and what newest goes by. */
export interface LatestKey {
  /** The key of the kept record, as UTF-8. */
  readonly key: string;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** The record goes nowhere; its offset is committed like any other. */
export interface Drop {
  readonly kind: 'drop';
}

/** The record goes to the dead-letter topic as it came, with headers that say why and whence. */
export interface DeadLetter<Reason extends string = string> {
  readonly kind: 'dead-letter';
  /** From the closed set of the topic's contract; also metric label and header value. */
  readonly reason: Reason;
  /** The step that refused the record. */
  readonly stage: string;
}

/** The one drop there is: dropping allocates nothing. */
export const DROP: Drop = { kind: 'drop' };

/** @returns the outcome that sends `value` on, and keeps it where it is the newest of its key */
export function emit(value: Buffer, latest?: LatestKey): Emit {
  return latest === undefined ? { kind: 'emit', value } : { kind: 'emit', value, latest };
}

/** @returns the outcome that sets the record aside, untouched, with the reason */
export function deadLetter<Reason extends string>(
  reason: Reason,
  stage: string,
): DeadLetter<Reason> {
  return { kind: 'dead-letter', reason, stage };
}
