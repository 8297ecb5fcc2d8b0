/** Exit codes of the commands, as in the services' contract (sysexits). */
export const EXIT = {
  /** Broker, topic or a needed program is not usable. */
  unavailable: 69,
  /** A fault of ours. */
  internal: 70,
  /** A setting or argument is wrong. */
  config: 78,
} as const;

/** What the user can put right: its text is the whole message, shown without a stack trace. */
export class Failure extends Error {
  readonly exitCode: number;

  /**
   * @param message what is wrong and how to mend it
   * @param exitCode one of {@link EXIT}
   */
  constructor(message: string, exitCode: number = EXIT.unavailable) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}
