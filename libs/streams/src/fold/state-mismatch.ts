/**
 * Why a state does not belong to the log:
 * - `created-anew`: it is of another topic of the same name.
 * - `truncated`: records that it contains are gone.
 * - `impossible`: it ends above the log, and does not say of which topic it is.
 */
export type MismatchKind = 'created-anew' | 'truncated' | 'impossible';

/**
 * A state cannot be gone on with: what it has folded cannot be undone, and two topics must not be
 * mixed. An operator has to choose.
 */
export class StateMismatchError extends Error {
  override readonly name = 'StateMismatchError';
  readonly code = 'STATE_MISMATCH';
  readonly kind: MismatchKind;
  readonly partition: number;
  /** All records below it are contained in the state. */
  readonly nextOffset: bigint;
  /**
   * Where the log, as it is now, still has what the state contains; its end, unless it was
   * truncated and written to since.
   */
  readonly end: bigint;

  constructor(
    kind: MismatchKind,
    topic: string,
    { partition, nextOffset, end }: Pick<StateMismatchError, 'partition' | 'nextOffset' | 'end'>,
  ) {
    super(
      `The state of partition ${partition} of "${topic}" ends at offset ${nextOffset}, and the log at ${end}: ${kind}`,
    );
    this.kind = kind;
    this.partition = partition;
    this.nextOffset = nextOffset;
    this.end = end;
  }
}
