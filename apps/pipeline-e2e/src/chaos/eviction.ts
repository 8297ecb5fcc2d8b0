import { once } from 'node:events';
import { connect } from 'node:net';
import { int16, int32, framed } from './kafka-fields.ts';
import { FrameSplitter } from './kafka-frames.ts';
import type { Member, Stage } from './stage.ts';

const LEAVE_GROUP = 13;
/** The last one with a single member (Kafka protocol guide, "LeaveGroup"). */
const VERSION = 2;

/**
 * Has the coordinator count a member out at once, as after its session: it leaves in the member's name. Needs a cluster of one
 * broker.
 */
export async function evict({ cluster, lane, nodes }: Stage, { clientId }: Member): Promise<void> {
  const { groups } = await cluster.admin.describeGroups([lane.group]);
  const found = groups[0]?.members.find((member) => member.clientId === clientId);
  if (found === undefined) throw new Error(`${clientId} is no member of ${lane.group}`);
  const [host = '', port = ''] = nodes[0]?.address.split(':') ?? [];
  const socket = connect(Number(port), host);
  const header = [int16(LEAVE_GROUP), int16(VERSION), int32(1), text('eviction')];
  socket.write(framed(...header, text(lane.group), text(found.memberId)));
  const splitter = new FrameSplitter();
  let answer: Buffer | undefined;
  while (answer === undefined) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    [answer] = splitter.push(chunk);
  }
  socket.destroy();
  // Behind length, correlation id and throttle time.
  const error = answer.readInt16BE(4 + 4 + 4);
  if (error !== 0) throw new Error(`${clientId} could not be counted out: error ${error}`);
}

function text(of: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(of)), Buffer.from(of)]);
}
