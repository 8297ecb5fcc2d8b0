/** APIs of Kafka's protocol that tests attack or watch, by their keys. */
const API_NAMES: Readonly<Record<number, Api>> = {
  0: 'Produce',
  1: 'Fetch',
  2: 'ListOffsets',
  3: 'Metadata',
  8: 'OffsetCommit',
  9: 'OffsetFetch',
  10: 'FindCoordinator',
  11: 'JoinGroup',
  12: 'Heartbeat',
  13: 'LeaveGroup',
  14: 'SyncGroup',
  22: 'InitProducerId',
  24: 'AddPartitionsToTxn',
  25: 'AddOffsetsToTxn',
  26: 'EndTxn',
  28: 'TxnOffsetCommit',
};

export type Api =
  | 'Produce'
  | 'Fetch'
  | 'ListOffsets'
  | 'Metadata'
  | 'OffsetCommit'
  | 'OffsetFetch'
  | 'FindCoordinator'
  | 'JoinGroup'
  | 'Heartbeat'
  | 'LeaveGroup'
  | 'SyncGroup'
  | 'InitProducerId'
  | 'AddPartitionsToTxn'
  | 'AddOffsetsToTxn'
  | 'EndTxn'
  | 'TxnOffsetCommit'
  | 'other';

/** Their requests begin with the transactional id, in the versions that clients without flexible headers use. */
const TRANSACTIONAL: ReadonlySet<Api> = new Set([
  'Produce',
  'InitProducerId',
  'AddPartitionsToTxn',
  'AddOffsetsToTxn',
  'EndTxn',
  'TxnOffsetCommit',
]);

/** What the header of a request tells, and the first field of its body where that is a transactional id. */
export interface RequestHeader {
  readonly api: Api;
  readonly correlationId: number;
  readonly clientId: string;
  readonly transactionalId: string | undefined;
}

const LENGTH_BYTES = 4;
const CLIENT_ID_AT = 8;
const COORDINATOR_LOADS = 14;
const NOT_COORDINATOR = 16;
const NO_THROTTLING = 0;

/** Cuts a byte stream into the frames of Kafka's protocol: a length of four bytes, then so many. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** @returns the frames that are complete now, each with its length in front */
  push(chunk: Buffer): readonly Buffer[] {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    while (bytes.length >= LENGTH_BYTES) {
      const size = LENGTH_BYTES + bytes.readInt32BE(0);
      if (bytes.length < size) break;
      frames.push(bytes.subarray(0, size));
      bytes = bytes.subarray(size);
    }
    this.#rest = bytes;
    return frames;
  }
}

/** Reads a request's header, version 1 of it (Kafka protocol guide, "Request Header v1"). */
export function requestHeader(frame: Buffer): RequestHeader {
  const body = frame.subarray(LENGTH_BYTES);
  const api = API_NAMES[body.readInt16BE(0)] ?? 'other';
  const client = nullableString(body, CLIENT_ID_AT);
  return {
    api,
    correlationId: body.readInt32BE(4),
    clientId: client.text ?? '',
    transactionalId: TRANSACTIONAL.has(api) ? nullableString(body, client.end).text : undefined,
  };
}

/** @returns the first topic of a Produce request: transactional id, acks, time-out, then an array of topics */
export function producedTopic(frame: Buffer): string | undefined {
  const body = frame.subarray(LENGTH_BYTES);
  const id = nullableString(body, nullableString(body, CLIENT_ID_AT).end);
  return nullableString(body, id.end + 2 + 4 + 4).text;
}

/** @returns the error code of the first partition in a response to Produce; 0: none */
export function produceError(response: Buffer): number {
  const topic = nullableString(response, LENGTH_BYTES + 4 + 4);
  return response.readInt16BE(topic.end + 4 + 4);
}

/** @returns an answer to a Heartbeat (version 1 on) that says NOT_COORDINATOR */
export function notCoordinator(heartbeat: Buffer): Buffer {
  return framed(correlationOf(heartbeat), int32(NO_THROTTLING), int16(NOT_COORDINATOR));
}

/** @returns an answer to a JoinGroup (versions 2 to 5) that says COORDINATOR_LOAD_IN_PROGRESS, and nothing else */
export function coordinatorLoads(joinGroup: Buffer): Buffer {
  const nobody = [int32(-1), int16(0), int16(0), int16(0), int32(0)];
  const error = int16(COORDINATOR_LOADS);
  return framed(correlationOf(joinGroup), int32(NO_THROTTLING), error, ...nobody);
}

/** @returns the id of the request that a response answers */
export function correlationIdOf(response: Buffer): number {
  return response.readInt32BE(LENGTH_BYTES);
}

function nullableString(bytes: Buffer, at: number): { text: string | undefined; end: number } {
  const length = bytes.readInt16BE(at);
  const start = at + 2;
  if (length < 0) return { text: undefined, end: start };
  return { text: bytes.toString('utf8', start, start + length), end: start + length };
}

function correlationOf(request: Buffer): Buffer {
  return int32(requestHeader(request).correlationId);
}

function framed(...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  return Buffer.concat([int32(body.length), body]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
