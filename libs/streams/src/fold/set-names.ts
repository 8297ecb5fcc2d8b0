import { createHash } from 'node:crypto';
import type { GroupIdentity } from '../protocol/group-apis.ts';
import { SET_ID_LENGTH } from '../snapshots/section-records.ts';

/**
 * @param instance another one for each process: a member that is out has no id of its own
 * @returns what names sets, each with another name
 */
export function setNames(
  instance: string,
  identity: () => GroupIdentity,
): (partition: number) => string {
  let count = 0;
  return (partition) => {
    count += 1;
    const { memberId, generation } = identity();
    const text = [instance, memberId, generation, partition, count].join('\n');
    return createHash('sha256').update(text).digest('base64url').slice(0, SET_ID_LENGTH);
  };
}
