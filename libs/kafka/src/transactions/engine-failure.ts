import {
  CoordinatorMissingError,
  ForeignGroupError,
  ImpossiblePositionError,
  LatestUnreadableError,
  ProtocolError,
  StalledError,
  UnwritableRecordsError,
} from '@login-pipeline/streams';
import { UnsupportedBrokerError } from '@login-pipeline/streams-kafkajs';
import type { ConnectionState } from '@login-pipeline/streams-kafkajs';
import { classify, errorText, KafkaUnavailableError } from '../client/errors.ts';
import { rightsOf, unusable } from '../client/topics.ts';
import type { TopicRole } from '../client/topics.ts';
import { describeProcess } from '../group/diagnosis.ts';
import { groupRights } from '../group/group-rights.ts';
import { refusalOf } from '../security/rights.ts';
import { transactionRights } from './transaction-rights.ts';
import type { TransactionalOptions } from './transactional-options.ts';

/**
 * @param connections what they were last asked
 * @returns what a service ends with when its engine cannot go on: it names the setting or topic, and the fix
 */
export function engineFailure(
  error: unknown,
  options: TransactionalOptions,
  connections: readonly ConnectionState[],
): unknown {
  if (error instanceof StalledError) return stalled(error, options, connections);
  if (error instanceof Error && 'exitCode' in error) return error;
  const { connection, groupId, input, latest } = options;
  if (error instanceof ImpossiblePositionError) {
    return new KafkaUnavailableError(
      `${error.message}: it may be of another topic of this name, or have been set by mistake. ${positionsAdvice(options, error)}`,
    );
  }
  if (error instanceof ForeignGroupError) {
    return new KafkaUnavailableError(
      `${error.message}. Stop the other client, or choose a name that nothing else uses (GROUP_ID=${groupId}).`,
      { cause: error },
    );
  }
  if (error instanceof CoordinatorMissingError) {
    return new KafkaUnavailableError(
      `${error.message}: with fewer brokers than that they cannot keep its state. Lower it on the brokers, or start more of them.`,
      { cause: error },
    );
  }
  if (error instanceof LatestUnreadableError) {
    const { topic, setting } = latest ?? input;
    return new KafkaUnavailableError(
      `${error.message}. Without it the latest records of "${topic}" (${setting}) are not known: look at the brokers' disks, ` +
        `or set ${setting} to a new topic, which begins empty.`,
      { cause: error },
    );
  }
  if (error instanceof UnwritableRecordsError) return refusedWrites(error, options);
  if (error instanceof ProtocolError) return refused(error, options);
  if (error instanceof UnsupportedBrokerError || classify(error) !== 'bug') {
    return unusable(error, connection);
  }
  return error;
}

function stalled(
  { message, diagnosis }: StalledError,
  { stallTimeoutMs }: TransactionalOptions,
  sockets: readonly ConnectionState[],
): StalledError {
  return new StalledError(`${message} (STALL_TIMEOUT_MS=${stallTimeoutMs})`, {
    diagnosis: { ...diagnosis, sockets, process: describeProcess() },
  });
}

/** @returns the command by which an operator decides where a partition goes on */
function positionsAdvice(
  { groupId, input }: TransactionalOptions,
  { partition }: ImpossiblePositionError,
): string {
  return (
    `Stop all members of the group (GROUP_ID), and decide where it goes on: GROUP_ID=${groupId} INPUT_TOPIC=${input.topic} ` +
    `npm run positions -- set --partition ${partition} --to earliest (or end, an offset, a time)`
  );
}

function refused(error: ProtocolError, options: TransactionalOptions): Error {
  const { output, deadLetter, latest, input, groupId } = options;
  const { message } = error;
  const targets = [output, deadLetter, ...(latest === undefined ? [] : [latest])];
  const isNamed = ({ topic }: TopicRole): boolean => message.includes(`"${topic}"`);
  const written = targets.some(isNamed) ? targets.filter(isNamed) : targets;
  const read = [...(latest === undefined ? [] : [latest]), input].filter(isNamed);
  // It begins with the request that was refused.
  const topics = message.startsWith('Produce')
    ? written.map((target) => ({ ...target, operations: ['Write'] as const }))
    : read.map((source) => ({ ...source, operations: ['Read'] as const }));
  const refusal = refusalOf(error, {
    ...groupRights({ ...input, groupId }),
    ...transactionRights(options),
    TOPIC_AUTHORIZATION_FAILED: topics.flatMap(rightsOf),
  });
  if (refusal !== undefined) return refusal;
  return new KafkaUnavailableError(
    `Group "${groupId}" (GROUP_ID) cannot go on with topic "${input.topic}" (${input.setting}): ${errorText(error)}`,
    { cause: error },
  );
}

function refusedWrites(
  error: UnwritableRecordsError,
  { output, deadLetter, latest }: TransactionalOptions,
): Error {
  const topics = error.refused.map(({ topic }) => topic);
  const targets = [output, deadLetter, ...(latest === undefined ? [] : [latest])];
  const names = targets
    .filter(({ topic }) => topics.includes(topic))
    .map(({ topic, setting }) => `"${topic}" (${setting})`)
    .join(' and ');
  return new KafkaUnavailableError(
    `The brokers refuse a transaction to ${names}: ${errorText(error)}. Nothing of it was committed.`,
    { cause: error },
  );
}
