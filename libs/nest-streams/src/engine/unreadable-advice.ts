import type { BatchPlace } from '@login-pipeline/streams';
import { setPosition } from '../operator-commands.ts';

/** @returns what becomes of a partition with a batch that cannot be read, and what an operator can do */
export function unreadableAdvice(groupId: string, place: BatchPlace): string {
  const [to, hint] =
    place.lastOffset === undefined
      ? [
          'OFFSET',
          '. OFFSET is where the next batch begins, which the damaged one does not say for sure: ' +
            'look at what would be skipped, then add --yes',
        ]
      : [`${place.lastOffset + 1} --yes`, ''];
  return (
    "Its partition waits, the others go on. Look at the brokers' disks and network; it is tried again. " +
    `To give the batch up, stop all members of the group, then: ${setPosition(groupId, place, to)}${hint}`
  );
}
