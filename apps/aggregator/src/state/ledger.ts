/** What became of the records of one partition: consumed = counted + expired + invalid + unaccounted. */
export interface LedgerEntry {
  readonly consumed: number;
  readonly counted: number;
  /** Older than the days that their partition keeps: counted nowhere else. */
  readonly expired: number;
  readonly invalid: number;
  /** How many of `invalid` cannot have happened yet, by the clocks of their writers and by the replica's. */
  readonly future: number;
  /** Always 0; anything else is a defect. */
  readonly unaccounted: number;
}
