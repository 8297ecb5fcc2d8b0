import { transactionalIdPrefix } from '@login-pipeline/streams';
import type { TopicRole } from '../client/topics.ts';
import type { NeededRights } from '../security/rights.ts';

/** @returns what a transactional producer of a group's input must be allowed to do */
export function transactionRights({
  groupId,
  input,
}: {
  readonly groupId: string;
  readonly input: TopicRole;
}): NeededRights {
  return {
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [
      {
        operation: 'Write',
        resource: 'transactional id',
        name: transactionalIdPrefix({ groupId, topic: input.topic }),
        prefixed: true,
        setting: `GROUP_ID, ${input.setting}`,
      },
    ],
  };
}
