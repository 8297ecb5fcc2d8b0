import type { FetchedBatch, RecordPart } from '../../fetch/fetched-batch.ts';
import type { FetchedRecord } from '../../fetch/fetched-record.ts';
import type { ReadLimits } from '../../fetch/read-limits.ts';
import type { BatchEncoder, OutgoingBatch } from '../../ports.ts';
import type { EncodedHeaders, OutgoingRecord, RecordHeader } from '../../records/record.ts';
import { BATCH_OVERHEAD, recordBytes } from '../../records/record-size.ts';

/** Records that wait to be sent. They are no bytes: a broker takes the objects. */
export class SimulatedOutgoing implements OutgoingBatch {
  readonly length: number;
  readonly uncompressedBytes: number;
  readonly records: readonly OutgoingRecord[];

  constructor(records: readonly OutgoingRecord[]) {
    this.records = records;
    this.length = records.length;
    this.uncompressedBytes = records.reduce(
      (sum, record) => sum + recordBytes(record),
      BATCH_OVERHEAD,
    );
  }
}

/** Takes records as they are. */
export const simulatedEncoder: BatchEncoder = {
  encode: (records) => Promise.resolve(new SimulatedOutgoing([...records])),
};

/** What a partition's leader notes of a batch. */
export interface BatchOrigin {
  readonly leaderEpoch: number;
  /** -1: a producer without an id. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly isTransactional: boolean;
}

/** A batch in a partition's log; also as a fetch brings it. */
export class SimulatedBatch implements FetchedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  readonly isCompressed = false;
  readonly windowBytes = 0;
  readonly transactionOf: string | undefined;
  readonly marker: 'abort' | 'other' | undefined;
  readonly origin: BatchOrigin;
  readonly bytes: number;
  readonly maxTimestamp: number;
  /** The epoch of the coordinator that ended the transaction; -1 for records of applications. */
  readonly coordinatorEpoch: number;
  readonly records: readonly FetchedRecord[];

  constructor(
    baseOffset: number,
    origin: BatchOrigin,
    content:
      | { readonly outgoing: SimulatedOutgoing }
      | {
          readonly marker: 'abort' | 'other';
          readonly coordinatorEpoch: number;
          readonly timestamp: number;
        }
      | {
          /** What compaction has left of a batch. */
          readonly kept: readonly FetchedRecord[];
          readonly lastOffset: number;
        },
  ) {
    this.baseOffset = baseOffset;
    this.origin = origin;
    this.transactionOf = origin.isTransactional ? String(origin.producerId) : undefined;
    if ('marker' in content) {
      this.marker = content.marker;
      this.coordinatorEpoch = content.coordinatorEpoch;
      this.maxTimestamp = content.timestamp;
      this.records = [];
      this.count = 1;
      this.bytes = BATCH_OVERHEAD + 17;
      this.lastOffset = baseOffset;
    } else {
      this.marker = undefined;
      this.coordinatorEpoch = -1;
      this.records =
        'kept' in content
          ? content.kept
          : content.outgoing.records.map((record, index) => fetched(record, baseOffset + index));
      this.count = this.records.length;
      this.bytes =
        'kept' in content
          ? this.records.reduce((sum, record) => sum + recordBytes(record), BATCH_OVERHEAD)
          : content.outgoing.uncompressedBytes;
      this.lastOffset = 'kept' in content ? content.lastOffset : baseOffset + this.count - 1;
      let latest = -1;
      for (const { timestamp } of this.records) latest = Math.max(latest, Number(timestamp));
      this.maxTimestamp = latest;
    }
  }

  /** @returns what is left of it without some records: its offsets stay */
  without(gone: ReadonlySet<FetchedRecord>): SimulatedBatch {
    const kept = this.records.filter((record) => !gone.has(record));
    const { baseOffset, lastOffset, origin } = this;
    return new SimulatedBatch(baseOffset, origin, { kept, lastOffset });
  }

  whole(from: number, limits: ReadLimits): Promise<RecordPart | undefined> {
    if (this.bytes > limits.pieceBytes || this.count > limits.pieceRecords) {
      return Promise.resolve(undefined);
    }
    return Promise.resolve({ records: this.#from(from), bytes: this.bytes });
  }

  async *parts(from: number, limits: ReadLimits): AsyncGenerator<RecordPart> {
    const rest = this.#from(from);
    const each = Math.ceil(this.bytes / this.count);
    const step = Math.max(1, Math.min(limits.pieceRecords, Math.floor(limits.pieceBytes / each)));
    for (let start = 0; start < rest.length; start += step) {
      const records = rest.slice(start, start + step);
      yield await Promise.resolve({ records, bytes: records.length * each });
    }
  }

  #from(from: number): readonly FetchedRecord[] {
    if (from <= this.baseOffset) return this.records;
    return this.records.filter(({ offset }) => Number(offset) >= from);
  }
}

function fetched(record: OutgoingRecord, offset: number): FetchedRecord {
  const { key, value, timestamp, headers } = record;
  const plain = { key, value, offset: String(offset), timestamp, attributes: 0 };
  if (headers === undefined) return plain;
  if ('encoded' in headers) return { ...plain, headers };
  const list = [...headers];
  return list.length === 0 ? plain : { ...plain, headers: new SimulatedHeaders(list) };
}

/** Headers as a consumer gets them; they are encoded when that is asked for. */
class SimulatedHeaders implements EncodedHeaders {
  readonly #list: readonly RecordHeader[];

  constructor(list: readonly RecordHeader[]) {
    this.#list = list;
  }

  get encoded(): Buffer {
    const pieces = [varint(this.#list.length)];
    for (const [name, value] of this.#list) {
      const nameBytes = Buffer.from(name);
      pieces.push(varint(nameBytes.length), nameBytes);
      if (value === null) {
        pieces.push(varint(-1));
      } else {
        const valueBytes = Buffer.from(value);
        pieces.push(varint(valueBytes.length), valueBytes);
      }
    }
    return Buffer.concat(pieces);
  }

  *[Symbol.iterator](): Generator<RecordHeader> {
    for (const [name, value] of this.#list) {
      yield [name, value === null ? null : Buffer.from(value)];
    }
  }
}

/** Kafka protocol guide, "VARINT": zigzag, seven bits a byte. */
function varint(value: number): Buffer {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  const bytes: number[] = [];
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
