import { TlsError, UnreachableError } from '@login-pipeline/streams';
import { OPERATOR } from '../operator-commands.ts';
import { connectionAdvice } from '../security/connection-advice.ts';
import type { KafkaConnection } from './connection.ts';
import { brokerErrorCode, causesOf, errorText, KafkaUnavailableError } from './errors.ts';

/** @returns what an error from the brokers ends a start with: it names the setting to look at */
export function unusable(error: unknown, connection: KafkaConnection): Error {
  const code = brokerErrorCode(error) ?? 'BROKER_UNREACHABLE';
  const isOld = error instanceof Error && code === 'BROKER_UNSUPPORTED';
  const message = isOld ? error.message : unusableText(error, connection);
  return new KafkaUnavailableError(code, message, { cause: error });
}

function unusableText(error: unknown, connection: KafkaConnection): string {
  const brokers = `${connection.brokers.join(', ')} (KAFKA_BROKERS)`;
  const advice = connectionAdvice(error, connection);
  const unreached = unreachedBroker(error);
  if (unreached?.target !== undefined && !connection.brokers.includes(unreached.target.address)) {
    const reason = advice === undefined ? '' : `; ${advice}`;
    return (
      `${brokers} answers, but ${unreached.message}${reason}. Is that broker running, and is that an address that this ` +
      'host can reach?'
    );
  }
  return advice === undefined
    ? `No broker answers at ${brokers}: ${errorText(error)}. Is it running (${OPERATOR.startBroker} starts one)?`
    : `The broker at ${brokers} cannot be used: ${advice}.`;
}

/** @returns the failure to connect to an address that a broker advertises, if that is what it is about */
function unreachedBroker(error: unknown): UnreachableError | TlsError | undefined {
  return causesOf(error)
    .filter((cause) => cause instanceof UnreachableError || cause instanceof TlsError)
    .find(({ target }) => target?.advertisedBy !== undefined);
}
