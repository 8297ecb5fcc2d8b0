/**
 * Holds this record-batch code against that of kafkajs, turn by turn, in ns of CPU per record:
 * `node bench/record-batch.ts`.
 */
import { createRequire } from 'node:module';
import type { FetchedBatches } from '@login-pipeline/streams';
import { murmur2, piecesOf, readableOf, readLimits, ReadMemory } from '@login-pipeline/streams';
import { readBatches, writeBatch } from '../src/record-batch/index.ts';

const TURNS = 15;
const RECORDS = 5_000;
const LIMITS = readLimits();
const MEMORY = new ReadMemory(LIMITS.pieceBytes);

/** What kafkajs' modules are to this script. */
interface Batch {
  readonly messages: readonly { readonly offset: string; readonly timestamp: string }[];
}
type BatchClass = new (topic: string, offset: string, partition: object) => Batch;
type DecodeMessages = (decoder: object) => Promise<FetchedBatches>;
type ProduceRequest = (parameters: object) => { encode(): Promise<{ readonly buffer: Buffer }> };

const require = createRequire(import.meta.url);
const load = (path: string): unknown => require(`kafkajs/src/${path}`);
const TheirBatch = load('consumer/batch') as BatchClass;
const decodeMessages = load('protocol/requests/fetch/v4/decodeMessages') as DecodeMessages;
const produceRequest = load('protocol/requests/produce/v3/request') as ProduceRequest;
const theirMurmur2 = load('producer/partitioners/default/murmur2') as typeof murmur2;
const Decoder = load('protocol/decoder') as new (bytes: Buffer) => object;

const records = Array.from({ length: RECORDS }, (_, index) => ({
  key: Buffer.from(`3f7a1d2e-9c44-4b7e-8f0a-${String(index).padStart(12, '0')}`),
  value: Buffer.alloc(190, `{"user_id":"${index}","device_type":"android"}`),
  timestamp: String(1_700_000_000_000 + index),
}));
const withHeaders = records.map((record) => ({
  ...record,
  headers: [
    ['trace', 'id'],
    ['hops', '3'],
  ] as const,
}));
const withHeaderObjects = records.map((record) => ({
  ...record,
  headers: { trace: 'id', hops: '3' },
}));

const batch = await writeBatch(records, 0);
const sized = Buffer.concat([Buffer.alloc(4), batch]);
sized.writeInt32BE(batch.length);
const partition = { partition: 0, highWatermark: '0', abortedTransactions: [] };

/** Looks at what an application looks at. */
function look(
  messages: Iterable<{ readonly offset: string; readonly timestamp: string | number }>,
): number {
  let sum = 0;
  for (const { offset, timestamp } of messages) sum += offset.length + Number(timestamp);
  return sum;
}

function encodeTheirs(messages: readonly object[]): Promise<unknown> {
  const partitions = [{ partition: 0, firstSequence: 0, messages }];
  return produceRequest({ acks: -1, timeout: 1, topicData: [{ topic: 't', partitions }] }).encode();
}

const MEASURED: readonly (readonly [string, ours: () => unknown, theirs: () => unknown])[] = [
  [
    'decode',
    async () => {
      const fetched = { records: readBatches(batch), aborted: [] };
      const readable = readableOf({ topic: 't', partition: 0, from: 0 }, fetched);
      if (readable === undefined) return;
      for await (const { records: piece } of piecesOf(readable, { limits: LIMITS, memory: MEMORY }))
        look(piece);
    },
    async () => {
      const messages = await decodeMessages(new Decoder(sized));
      return look(new TheirBatch('t', '0', { ...partition, messages }).messages);
    },
  ],
  ['encode', () => writeBatch(records, 0), () => encodeTheirs(records)],
  ['encode, two headers', () => writeBatch(withHeaders, 0), () => encodeTheirs(withHeaderObjects)],
  [
    'murmur2 of a uuid',
    () => records.reduce((sum, { key }) => sum + murmur2(key), 0),
    () => records.reduce((sum, { key }) => sum + theirMurmur2(key), 0),
  ],
];

/** @returns nanoseconds of CPU per record; the least of several turns is the one that was disturbed least */
async function cpuNs(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / RECORDS;
}

for (const [what, ours, theirs] of MEASURED) {
  const least = { ours: Infinity, theirs: Infinity };
  for (let turn = 0; turn < TURNS; turn += 1) {
    least.ours = Math.min(least.ours, await cpuNs(ours));
    least.theirs = Math.min(least.theirs, await cpuNs(theirs));
  }
  const { ours: own, theirs: kafkajs } = least;
  process.stdout.write(
    `${what.padEnd(20)} ours ${own.toFixed(0).padStart(6)} ns  kafkajs ${kafkajs.toFixed(0).padStart(6)} ns  ${(kafkajs / own).toFixed(1)} times\n`,
  );
}
