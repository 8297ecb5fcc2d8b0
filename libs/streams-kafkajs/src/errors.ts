/** Broker and client do not agree on TLS: a certificate is not trusted, or one of the two speaks plain text. EX_UNAVAILABLE. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  readonly exitCode = 69;
}

/** A broker is too old, or too new, for a request. EX_UNAVAILABLE. */
export class UnsupportedBrokerError extends Error {
  override readonly name = 'UnsupportedBrokerError';
  readonly exitCode = 69;
}

/** @returns what an error says; of several, where a name has several addresses, what each one says */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(errorText).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
