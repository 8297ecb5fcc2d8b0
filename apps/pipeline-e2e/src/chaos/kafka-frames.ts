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
