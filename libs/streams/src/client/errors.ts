import type { Target } from '../ports.ts';

/** Broker and client do not agree on TLS: a certificate is not trusted, or one of the two speaks plain text. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  readonly code = 'TLS_FAILED';
  readonly target: Target;

  constructor(message: string, target: Target, cause: Error) {
    super(message, { cause });
    this.target = target;
  }
}

/** A broker is too old, or too new, for a request. */
export class UnsupportedBrokerError extends Error {
  override readonly name = 'UnsupportedBrokerError';
  readonly code = 'BROKER_UNSUPPORTED';
}

/**
 * What a broker says to SASL: it refuses the secret, does not take the mechanism, or wants no
 * authentication at that listener; `failed`: none of these.
 */
export type AuthenticationReason = 'refused' | 'mechanism' | 'unwanted' | 'failed';

/** A broker cannot be authenticated with. */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
  readonly code = 'AUTHENTICATION_FAILED';
  readonly reason: AuthenticationReason;

  constructor(message: string, reason: AuthenticationReason) {
    super(message);
    this.reason = reason;
  }
}

/**
 * What a listener did: it closed the connection, at once or where TLS was to be agreed on, or
 * spoke TLS to a client that does not.
 */
export type EndReason = 'closed' | 'closed-before-tls' | 'speaks-tls';

/** The other end has ended a connection, in a way that tells what it may want: the cause of other errors. */
export class ConnectionEndedError extends Error {
  override readonly name = 'ConnectionEndedError';
  readonly code = 'CONNECTION_ENDED';
  readonly reason: EndReason;

  constructor(message: string, reason: EndReason) {
    super(message);
    this.reason = reason;
  }
}
