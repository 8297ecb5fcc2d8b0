import {
  ForeignChangesError,
  SnapshotsUnreadableError,
  SnapshotTooLargeError,
  StateMismatchError,
  UnwrittenError,
} from '@login-pipeline/streams';
import type { ConnectionState } from '@login-pipeline/streams';
import { errorText, KafkaStalledError, KafkaUnavailableError } from '../client/errors.ts';
import type { TopicRole } from '../client/topics.ts';
import { engineFailure } from '../engine/engine-failure.ts';
import { OtherStateError } from './json-states.ts';
import type { SnapshotOptions } from './snapshot-options.ts';

/**
 * @param connections what they were last asked
 * @returns what an aggregator ends with when its engine cannot go on: it names the setting or topic, and the fix
 */
export function foldFailure(
  error: unknown,
  options: SnapshotOptions,
  connections: readonly ConnectionState[],
): unknown {
  const { input, snapshots, changes, stallTimeoutMs } = options;
  const changesTopics = changes === undefined ? [] : [changes.topic];
  if (error instanceof StateMismatchError) return mismatch(error, options);
  if (error instanceof ForeignChangesError) return foreignChanges(error, options);
  if (error instanceof OtherStateError) {
    return new KafkaUnavailableError(
      error.code,
      `${error.message}. Run the release that wrote it, or set ${snapshots.setting} to a new topic to begin anew.`,
      { cause: error },
    );
  }
  if (error instanceof SnapshotsUnreadableError) {
    return new KafkaUnavailableError(
      error.code,
      `${error.message}. Without it the counts are not known: look at the brokers' disks and at max.message.bytes of the topic, or ` +
        `set ${snapshots.setting} to a new topic, and all that ${input.setting} holds is counted anew${alsoTold(options)}.`,
      { cause: error },
    );
  }
  if (error instanceof SnapshotTooLargeError) {
    const { partition, section, bytes, takes } = error;
    return new KafkaUnavailableError(
      error.code,
      `Section "${section}" of the snapshot of partition ${partition} has ${bytes} bytes, and ${nameOf(snapshots)} takes ${takes}: ` +
        'raise max.message.bytes of the topic.',
      { cause: error },
    );
  }
  if (error instanceof UnwrittenError) {
    const target = changesTopics.find(({ topic }) => topic === error.topic) ?? snapshots;
    return new KafkaStalledError(
      error.code,
      `Nothing could be written to ${nameOf(target)} for STALL_TIMEOUT_MS=${stallTimeoutMs}: ${errorText(error.cause)}`,
      { cause: error.cause },
    );
  }
  return engineFailure(error, options, connections, {
    read: [input, snapshots, ...changesTopics],
    written: [snapshots, ...changesTopics],
  });
}

/** What was counted cannot be undone, and two topics must not be mixed: an operator has to choose. */
function mismatch(error: StateMismatchError, options: SnapshotOptions): KafkaUnavailableError {
  const { input, snapshots } = options;
  const { kind, partition, nextOffset, end } = error;
  const snapshot = `The snapshot of partition ${partition} in ${nameOf(snapshots)}`;
  const anew = `Set ${snapshots.setting} to a new topic to count it from its beginning${alsoTold(options)}`;
  switch (kind) {
    case 'created-anew':
      return new KafkaUnavailableError(
        error.code,
        `${snapshot} is of another topic of that name, up to its offset ${nextOffset}, and ${nameOf(input)} ends at ${end}: ` +
          `it was created anew. ${anew}; what was counted stays in the old one.`,
        { cause: error },
      );
    case 'truncated':
      return new KafkaUnavailableError(
        error.code,
        `${snapshot} ends at offset ${nextOffset}, but of what it counted ${nameOf(input)} holds only what is below ${end}: it was ` +
          `truncated, and ${nextOffset - end} records that were counted are gone. ${anew}; what was counted stays in the old one.`,
        { cause: error },
      );
    case 'impossible':
      return new KafkaUnavailableError(
        error.code,
        `${snapshot} ends at offset ${nextOffset}, but ${nameOf(input)} ends at ${end}: it was created anew, or truncated. ` +
          `${anew}; what was counted stays in the old one.`,
        { cause: error },
      );
  }
}

function foreignChanges(
  error: ForeignChangesError,
  { input, changes }: SnapshotOptions,
): KafkaUnavailableError {
  const { topic, setting } = changes?.topic ?? input;
  return new KafkaUnavailableError(
    error.code,
    `"${topic}" (${setting}) has counts of another topic than the ${nameOf(input)} of now, which was created anew. ` +
      `Set ${setting} to a new topic, and let its sinks begin with empty tables.`,
    { cause: error },
  );
}

/** @returns what has to be counted anew, too */
function alsoTold({ changes }: SnapshotOptions): string {
  if (changes === undefined) return '';
  const { setting } = changes.topic;
  return `, and ${setting} to another one, whose sinks begin with empty tables`;
}

function nameOf({ topic, setting }: TopicRole): string {
  return `"${topic}" (${setting})`;
}
