import type { Socket } from 'node:net';
import { errorText } from '@login-pipeline/observability/error-text';

/** First byte of the records that TLS listeners answer with (RFC 8446, 5.1): 20 to 23, then the version's 3. */
const TLS_RECORD = /^1[4-7]03/;

export const SPEAKS_TLS = 'what listens there speaks TLS';
export const NO_BROKER = 'what listens there does not speak as a Kafka broker does';

/**
 * Has a socket's errors say what happened by their message: kafkajs repeats that alone, and where a name has several
 * addresses it is empty.
 */
export function explainErrors(socket: Socket): void {
  socket.once('error', (error) => {
    if (error.message === '') error.message = errorText(error);
  });
}

/** @returns what to end a connection with whose other end is no broker, by the first bytes that came */
export function foreignServer(start: Buffer): Error {
  const what = start.equals(Buffer.from('HTTP'))
    ? 'what listens there speaks HTTP: it is no Kafka broker'
    : TLS_RECORD.test(start.toString('hex'))
      ? SPEAKS_TLS
      : NO_BROKER;
  return new Error(what);
}
