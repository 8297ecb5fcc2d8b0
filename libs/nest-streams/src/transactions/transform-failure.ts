import {
  FuseBlownError,
  ImpossiblePositionError,
  LatestUnreadableError,
  UnwritableRecordsError,
} from '@login-pipeline/streams';
import type { ConnectionState } from '@login-pipeline/streams';
import { errorText, KafkaUnavailableError, TooManyDeadLettersError } from '../client/errors.ts';
import { engineFailure } from '../engine/engine-failure.ts';
import type { EngineSettings } from '../engine/engine-failure.ts';
import { setPosition } from '../operator-commands.ts';
import { transactionRights } from './transaction-rights.ts';
import type { TransactionalOptions } from './transactional-options.ts';

/** What a failure of a transformer may be about. */
export type FailingTransform = EngineSettings &
  Pick<TransactionalOptions, 'output' | 'deadLetter' | 'latest'>;

/**
 * @param connections what they were last asked
 * @returns what a transformer ends with when its engine cannot go on: it names the setting or topic, and the fix
 */
export function transformFailure(
  error: unknown,
  options: FailingTransform,
  connections: readonly ConnectionState[],
): unknown {
  const { groupId, input, output, deadLetter, latest } = options;
  if (error instanceof ImpossiblePositionError) {
    const place = { topic: input.topic, partition: error.partition };
    return new KafkaUnavailableError(
      error.code,
      `${error.message}: it may be of another topic of this name, or have been set by mistake. ` +
        `Stop all members of the group (GROUP_ID), and decide where it goes on: ${setPosition(groupId, place, 'earliest')} ` +
        '(or end, an offset, a time)',
    );
  }
  if (error instanceof LatestUnreadableError) {
    const { topic, setting } = latest ?? input;
    return new KafkaUnavailableError(
      error.code,
      `${error.message}. Without it the latest records of "${topic}" (${setting}) are not known: look at the brokers' disks, ` +
        `or set ${setting} to a new topic, which begins empty.`,
      { cause: error },
    );
  }
  if (error instanceof FuseBlownError) {
    return new TooManyDeadLettersError(error.message, { cause: error });
  }
  if (error instanceof UnwritableRecordsError) return refusedWrites(error, options);
  const kept = latest === undefined ? [] : [latest];
  return engineFailure(error, options, connections, {
    read: [...kept, input],
    written: [output, deadLetter, ...kept],
    rights: transactionRights(options),
  });
}

function refusedWrites(
  error: UnwritableRecordsError,
  { output, deadLetter, latest }: FailingTransform,
): Error {
  const topics = error.refused.map(({ topic }) => topic);
  const targets = [output, deadLetter, ...(latest === undefined ? [] : [latest])];
  const names = targets
    .filter(({ topic }) => topics.includes(topic))
    .map(({ topic, setting }) => `"${topic}" (${setting})`)
    .join(' and ');
  return new KafkaUnavailableError(
    error.code,
    `The brokers refuse a transaction to ${names}: ${errorText(error)}. Nothing of it was committed.`,
    { cause: error },
  );
}
