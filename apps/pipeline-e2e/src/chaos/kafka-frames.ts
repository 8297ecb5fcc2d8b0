import { FieldReader } from './kafka-fields.ts';

/**
 * APIs of Kafka's protocol that tests attack or watch, by their keys, each with its first flexible version (KIP-482; the message
 * definitions of Kafka's source, `clients/src/main/resources/common/message`).
 */
const APIS = {
  0: { api: 'Produce', flexibleFrom: 9 },
  1: { api: 'Fetch', flexibleFrom: 12 },
  2: { api: 'ListOffsets', flexibleFrom: 6 },
  3: { api: 'Metadata', flexibleFrom: 9 },
  8: { api: 'OffsetCommit', flexibleFrom: 8 },
  9: { api: 'OffsetFetch', flexibleFrom: 6 },
  10: { api: 'FindCoordinator', flexibleFrom: 3 },
  11: { api: 'JoinGroup', flexibleFrom: 6 },
  12: { api: 'Heartbeat', flexibleFrom: 4 },
  13: { api: 'LeaveGroup', flexibleFrom: 4 },
  14: { api: 'SyncGroup', flexibleFrom: 4 },
  18: { api: 'ApiVersions', flexibleFrom: 3 },
  22: { api: 'InitProducerId', flexibleFrom: 2 },
  23: { api: 'OffsetForLeaderEpoch', flexibleFrom: 4 },
  24: { api: 'AddPartitionsToTxn', flexibleFrom: 3 },
  25: { api: 'AddOffsetsToTxn', flexibleFrom: 3 },
  26: { api: 'EndTxn', flexibleFrom: 3 },
  28: { api: 'TxnOffsetCommit', flexibleFrom: 3 },
  61: { api: 'DescribeProducers', flexibleFrom: 0 },
  65: { api: 'DescribeTransactions', flexibleFrom: 0 },
  66: { api: 'ListTransactions', flexibleFrom: 0 },
} as const;

/** Any other one is not read. */
const OTHER = { api: 'other', flexibleFrom: Infinity } as const;

export type Api = (typeof APIS)[keyof typeof APIS]['api'] | 'other';

/** Their requests begin with the transactional id, in the versions that clients use. */
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
  /** Whether request and response are of a flexible version. */
  readonly isFlexible: boolean;
  readonly correlationId: number;
  readonly clientId: string;
  readonly transactionalId: string | undefined;
}

/** Before the API key stands the frame's length. */
const KEY_AT = 4;
const VERSION_AT = 6;
const CORRELATION_ID_AT = 8;
const CLIENT_ID_AT = 12;
/** Responses have no more before it than their length. */
const ANSWERED_ID_AT = 4;
const LENGTH_BYTES = 4;

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

/** Reads a request's header, version 1 or 2 of it (Kafka protocol guide, "Request Header v1" and "v2"). */
export function requestHeader(frame: Buffer): RequestHeader {
  const kind = kindOf(frame);
  const { clientId, body } = openRequest(frame, kind.isFlexible);
  return {
    ...kind,
    correlationId: frame.readInt32BE(CORRELATION_ID_AT),
    clientId: clientId ?? '',
    transactionalId: TRANSACTIONAL.has(kind.api) ? body.string() : undefined,
  };
}

/** @returns what reads the body of a request */
export function bodyOf(request: Buffer): FieldReader {
  return openRequest(request, kindOf(request).isFlexible).body;
}

/** @returns the id of the request that a response answers */
export function correlationIdOf(response: Buffer): number {
  return response.readInt32BE(ANSWERED_ID_AT);
}

function kindOf(frame: Buffer): { readonly api: Api; readonly isFlexible: boolean } {
  const key = frame.readInt16BE(KEY_AT);
  const { api, flexibleFrom } = isKnown(key) ? APIS[key] : OTHER;
  return { api, isFlexible: frame.readInt16BE(VERSION_AT) >= flexibleFrom };
}

function isKnown(key: number): key is keyof typeof APIS {
  return key in APIS;
}

/** The client id is no compact string, whichever version the header has. */
function openRequest(
  frame: Buffer,
  isFlexible: boolean,
): { readonly clientId: string | undefined; readonly body: FieldReader } {
  const header = new FieldReader(frame, CLIENT_ID_AT, false);
  const clientId = header.string();
  const body = new FieldReader(frame, header.position, isFlexible);
  body.end();
  return { clientId, body };
}
