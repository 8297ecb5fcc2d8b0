import { EXIT_CODES } from '@login-pipeline/service/exit-codes';

/** Exit codes of the commands: those of services. */
export const EXIT = {
  /** Broker, topic or a needed program is not usable. */
  unavailable: EXIT_CODES.unavailable,
  /** A fault of ours. */
  internal: EXIT_CODES.defect,
  /** A setting or argument is wrong. */
  config: EXIT_CODES.settings,
} as const;

/** What the user can put right: its text is the whole message, shown without a stack trace. */
export class Failure extends Error {
  readonly exitCode: number;
  /** The stable code of the library's error that it stands for. */
  readonly code: string | undefined;

  /**
   * @param message what is wrong and how to mend it
   * @param exitCode one of {@link EXIT}
   * @param code stable, where a library's error has one
   */
  constructor(message: string, exitCode: number = EXIT.unavailable, code?: string) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
    this.code = code;
  }
}
