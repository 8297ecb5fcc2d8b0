/** A batch that is being worked on. */
export interface InFlight {
  readonly from: bigint;
  readonly records: number;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** One partition, for as long as it is the member's. */
export interface EngineLane {
  readonly inFlight: InFlight | undefined;
  /** What the partition waits for; undefined: nothing keeps it from going on. */
  readonly waiting: string | undefined;
  /** Works until it is closed. @throws what cannot be repeated away */
  run(): Promise<void>;
  close(): void;
}
