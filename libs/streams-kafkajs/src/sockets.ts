import { connect, isIP } from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { ConnectionEndedError } from '@login-pipeline/streams';

/** As kafkajs' own sockets have it. */
const KEEP_ALIVE_MS = 60_000;

/** Where a socket goes, and what reads it. */
export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  readonly onread: OnReadOpts;
  readonly onConnect: () => void;
}

/**
 * @param secureContext undefined: plain text
 * @returns a socket that connects; requests leave it at once
 */
export function openSocket(
  { host, port, onread, onConnect }: SocketTarget,
  secureContext: SecureContext | undefined,
): Socket {
  const target = { host, port, onread };
  const socket =
    secureContext === undefined
      ? connect(target, onConnect)
      : connectTls({ ...target, ...serverName(host), secureContext }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.setNoDelay(true);
  return socket;
}

/** A server's name must not be an IP address (RFC 6066, 3). */
function serverName(host: string): { readonly servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

const CLOSED = 'the broker has closed the connection';

/**
 * @param isAgreed whether the two ends had agreed on TLS, or speak plain text
 * @returns what a connection ends with that the broker puts an end to
 */
export function closedByBroker(isAgreed: boolean): Error {
  return isAgreed
    ? new ConnectionEndedError(CLOSED, 'closed')
    : new ConnectionEndedError(`${CLOSED} before TLS was agreed on`, 'closed-before-tls');
}

/** OpenSSL's words for what is wrong with a certificate, and Node's for what is wrong with TLS. */
const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|HOSTNAME_MISMATCH|EPROTO)/;

/** @returns whether an error of a socket says that the two ends do not agree on TLS */
export function isTlsFailure(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && TLS_CODE.test(error.code);
}
