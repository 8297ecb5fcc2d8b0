import type { FetchedRecord, RecordHeader } from '@login-pipeline/streams';
import { Cluster, readLimits, ReadMemory, readUntil } from '@login-pipeline/streams';
import type { Logger } from '@login-pipeline/observability';
import type { KafkaConnection } from '../client/connection.ts';
import { openWire } from '../client/wire.ts';
import { enginePorts, READ_MEMORY_BYTES } from '../engine/engine-ports.ts';

/** A record as a reader sees it. */
export type ReadRecord = Omit<FetchedRecord, 'headers' | 'timestamp'> & {
  readonly partition: number;
  readonly timestamp: string;
  /** In order, their names as texts. */
  readonly headers: readonly RecordHeader[];
};

const STALL_TIMEOUT_MS = 20_000;

/**
 * Reads a topic from its beginning, committed records only.
 *
 * @param ends by partition, where it is read to
 * @returns the records, in order within each partition
 */
export async function consumeAll(
  connection: KafkaConnection,
  logger: Logger,
  topic: string,
  ends: readonly number[],
): Promise<readonly ReadRecord[]> {
  const wire = openWire(connection, logger);
  const ports = enginePorts(wire);
  const cluster = new Cluster(ports, [topic]);
  const reading = { limits: readLimits(), memory: new ReadMemory(READ_MEMORY_BYTES) };
  const records: ReadRecord[] = [];
  try {
    for (const [partition, end] of ends.entries()) {
      const source = { cluster, clock: ports.clock, topic, partition, reading };
      await readUntil(source, BigInt(end), STALL_TIMEOUT_MS, (piece) => {
        for (const record of piece.records) records.push(readRecord(partition, record));
        return Promise.resolve(true);
      });
    }
  } finally {
    await wire.close();
  }
  return records;
}

function readRecord(
  partition: number,
  { offset, timestamp, key, value, headers, attributes }: FetchedRecord,
): ReadRecord {
  const list = Array.from(headers ?? [], ([name, text]): RecordHeader => [String(name), text]);
  return { partition, offset, timestamp: String(timestamp), key, value, headers: list, attributes };
}
