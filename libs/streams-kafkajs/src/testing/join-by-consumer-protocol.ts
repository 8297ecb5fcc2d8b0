import { errorName } from '@login-pipeline/streams';
import type { ErrorName } from '@login-pipeline/streams';
import { rawRequest } from './raw-request.ts';

const CONSUMER_GROUP_HEARTBEAT = { key: 68, version: 0 };
/** A member that joins, and has no id yet. */
const JOINING = { memberId: '', epoch: 0 };
const REBALANCE_TIMEOUT_MS = 10_000;

/**
 * Has a consumer of KIP-848 join a group (ConsumerGroupHeartbeat): it stays for its session, 45 seconds.
 *
 * @param broker `host:port` of the coordinator
 * @returns what the coordinator says
 */
export async function joinByConsumerProtocol(
  broker: string,
  groupId: string,
  topic: string,
): Promise<ErrorName> {
  const reader = await rawRequest(broker, CONSUMER_GROUP_HEARTBEAT, (writer) => {
    writer.string(groupId);
    writer.string(JOINING.memberId);
    writer.int32(JOINING.epoch);
    writer.nullableString(undefined); // instance id
    writer.nullableString(undefined); // rack
    writer.int32(REBALANCE_TIMEOUT_MS);
    writer.array([topic], (name) => {
      writer.string(name);
    });
    writer.nullableString(undefined); // assignor
    writer.array([], () => undefined); // partitions that it has
  });
  return errorName(reader.int16());
}
