import { UnreachableError } from '@login-pipeline/streams';

/** Codes that programs and runbooks may ask for, besides those of the engine: one that changes breaks them. */
export const ERROR_CODES = ['BROKER_UNSUPPORTED', 'TLS_FAILED'] as const;
type ErrorCode = (typeof ERROR_CODES)[number];

/** What a connection ends with at which the broker has put an end to it. */
export const CLOSED = 'the broker has closed the connection';

/** The same, where it was to speak TLS, and did not. */
export const CLOSED_BEFORE_TLS = `${CLOSED} before TLS was agreed on`;

/** Where a connection was to go. */
export interface Target {
  /** `host:port` */
  readonly address: string;
  /** The broker that the cluster says to be there; undefined of a bootstrap address. */
  readonly advertisedBy: number | undefined;
}

/** No connection to a broker can be opened. */
export class ConnectError extends UnreachableError {
  readonly target: Target;

  constructor(message: string, target: Target, cause: Error) {
    super(message, { cause });
    this.target = target;
  }
}

/** Broker and client do not agree on TLS: a certificate is not trusted, or one of the two speaks plain text. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  readonly code: ErrorCode = 'TLS_FAILED';
  readonly target: Target;

  constructor(message: string, target: Target, cause: Error) {
    super(message, { cause });
    this.target = target;
  }
}

/** A broker is too old, or too new, for a request. */
export class UnsupportedBrokerError extends Error {
  override readonly name = 'UnsupportedBrokerError';
  readonly code: ErrorCode = 'BROKER_UNSUPPORTED';
}

/** @returns what was thrown, as an error; those of another realm are errors, too */
export function asError(thrown: unknown): Error {
  const isError =
    thrown instanceof Error ||
    (typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown);
  return isError ? (thrown as Error) : new Error(String(thrown));
}

/** @returns what an error says; of several, where a name has several addresses, what each one says */
export function errorText(error: Error): string {
  if ('errors' in error && Array.isArray(error.errors) && error.message === '') {
    return error.errors.map((one: unknown) => errorText(asError(one))).join('; ');
  }
  return error.message;
}
