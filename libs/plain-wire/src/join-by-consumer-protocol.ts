import { ByteReader, ByteWriter } from './bytes.ts';
import { WireConnection } from './connection.ts';

/** ConsumerGroupHeartbeat: its version is flexible (KIP-482), so that lengths are counted from 1 on. */
const HEARTBEAT = { key: 68, version: 0 };
const REBALANCE_TIMEOUT_MS = 10_000;
const NONE = 0;

/**
 * Has a consumer of KIP-848 join a group: it stays for its session, 45 seconds.
 *
 * @param address `host:port` of the coordinator
 * @returns the error code; 0: it is a member
 */
export async function joinByConsumerProtocol(
  address: string,
  groupId: string,
  topic: string,
): Promise<number> {
  const connection = await WireConnection.open(address);
  try {
    const body = new ByteWriter().int8(NONE); // tagged fields of the header
    compact(body, groupId);
    compact(body, ''); // a member that has no id yet
    body.int32(0); // its epoch
    body.int8(NONE).int8(NONE).int32(REBALANCE_TIMEOUT_MS); // instance id, rack
    compact(body.int8(1 + 1), topic); // one topic
    body.int8(NONE).int8(1).int8(NONE); // assignor; partitions that it has: none; tagged fields
    const { key, version } = HEARTBEAT;
    const answer = new ByteReader(await connection.request(key, version, body.done()));
    answer.raw(1); // tagged fields of the header
    answer.int32(); // throttle time
    return answer.int16();
  } finally {
    connection.close();
  }
}

/** A text of less than 127 bytes: its length is one. */
function compact(writer: ByteWriter, text: string): void {
  const bytes = Buffer.from(text);
  writer.int8(1 + bytes.length).raw(bytes);
}
