/** What the transformer did with the input records that it consumed, exactly, and what it has yet to consume. */
export interface Flow {
  /** When it was counted. */
  readonly time: Date;
  /** Records written on as processed logins. */
  readonly emitted: number;
  /** Records that the filter did not let pass. */
  readonly dropped: number;
  /** Records set aside as dead letters. */
  readonly deadLettered: number;
  /** The sum of the offsets at which the counts began anew, where a tool set the transformer's positions; else 0. */
  readonly uncounted: number;
  /** Input records that wait to be consumed. */
  readonly lag: number;
}

/** Where `GET /flow` reads; undefined while nothing is known. */
export interface FlowView {
  flow(): Flow | undefined;
}
