import type { TopicRole } from '../client/topics.ts';
import type { NeededRights, Right } from '../security/rights.ts';

/**
 * @param source the topic, the setting that names it, and the group
 * @returns what a member of a group must be allowed to do
 */
export function groupRights({
  topic,
  setting,
  groupId,
  prefixed,
}: TopicRole & { readonly groupId: string; readonly prefixed?: true }): NeededRights {
  const group: Right = {
    operation: 'Read',
    resource: 'group',
    name: groupId,
    setting: 'GROUP_ID',
    ...(prefixed && { prefixed }),
  };
  return {
    TOPIC_AUTHORIZATION_FAILED: [{ operation: 'Read', resource: 'topic', name: topic, setting }],
    GROUP_AUTHORIZATION_FAILED: [group],
  };
}
