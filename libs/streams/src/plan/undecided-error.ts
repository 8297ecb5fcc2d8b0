/**
 * Something outside of the records, which will pass by itself, keeps a batch from being decided.
 * Nothing of the batch is written; its partition waits and tries again, for as long as it takes.
 * The message says for what.
 */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError';
  readonly code = 'UNDECIDED';
}
