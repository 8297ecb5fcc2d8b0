/** Nothing moves although there is something to do, and a new process may do better. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
  readonly code = 'STALLED';
  /**
   * The state it was found in, to be logged with it: names, offsets, times and counts, nothing of
   * what records hold.
   */
  readonly diagnosis: Readonly<Record<string, unknown>> | undefined;

  constructor(message: string, { diagnosis, ...options }: StalledOptions = {}) {
    super(message, options);
    this.diagnosis = diagnosis;
  }
}

interface StalledOptions extends ErrorOptions {
  readonly diagnosis?: Readonly<Record<string, unknown>>;
}
