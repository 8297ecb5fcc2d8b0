import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Broker } from '@login-pipeline/plain-wire';
import { brokers, Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { CODECS } from './codecs.ts';
import type { CodecName } from './codecs.ts';
import { MEMORY_LIMIT_BYTES } from './hostile/hostile-lane.ts';
import type { InsightsAnswer } from './insights-answer.ts';
import { largeLogin } from './load.ts';
import { runTool } from './secure-kafka.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';
import { oddZstd } from './wire/odd-zstd.ts';
import { encodeBatch } from './wire/record-batch.ts';
import type { WireHeader, WireRecord } from './wire/record-batch.ts';

const MIB = 1024 * 1024;
const PARTITIONS = 4;
const BOMBS = 12;
/** Snappy's are of one block here, and of a block no more than 64 MiB is read. */
const BOMB_BYTES: Readonly<Record<CodecName, number>> = {
  gzip: 70 * MIB,
  snappy: 60 * MIB,
  lz4: 70 * MIB,
  zstd: 70 * MIB,
};
/** Of other kinds: batches, and records in each. */
const BATCHES = 12;
const RECORDS = 10;
/** Partitions with bombs, which take turns; the others have none. */
const BOMBED = 2;
const DONE_MS = 180_000;
/** More than any batch may hold. */
const UNREADABLE_BYTES = 150 * MIB;
/** The partition that has such a batch. */
const HELD = 1;
const TIMESTAMP = 1_734_547_631_000n;

/** Services that read one topic. */
interface Both {
  readonly transformer: Service;
  readonly aggregator: Service;
  readonly restart: () => Promise<Both>;
}

/** Writes batches as they are given, and logins that both services take, each with a name of its own. */
class Writer {
  readonly names: string[] = [];
  readonly #broker: Broker;
  readonly #topic: string;

  constructor(broker: Broker, topic: string) {
    this.#broker = broker;
    this.#topic = topic;
  }

  async batch(partition: number, batch: Buffer): Promise<number> {
    const offsets = await this.#broker.produce(this.#topic, new Map([[partition, batch]]));
    return offsets.get(partition) ?? NaN;
  }

  async logins(partition: number, count: number): Promise<void> {
    const { value } = largeLogin(300);
    const records = Array.from({ length: count }, () => {
      const name = randomUUID();
      this.names.push(name);
      const members = JSON.parse(String(value)) as object;
      return {
        key: Buffer.from(name),
        value: Buffer.from(JSON.stringify({ ...members, name, processed: true })),
        headers: [],
        timestamp: TIMESTAMP,
      };
    });
    await this.batch(partition, await encodeBatch(records, 'lz4'));
  }
}

/** Runs the command that a service named in its log. */
async function passBy(output: string): Promise<void> {
  const command = /GROUP_ID=(\S+) INPUT_TOPIC=(\S+) npm run positions -- ([\w -]+)/.exec(output);
  const [, GROUP_ID = '', INPUT_TOPIC = '', options = ''] = command ?? [];
  const settings = { KAFKA_BROKERS: brokers(), GROUP_ID, INPUT_TOPIC };
  await runTool('positions', options.split(' '), settings);
}

/** @returns a batch of one record of so many blanks: next to nothing on the wire */
function bomb(codec: CodecName, bytes: number): Promise<Buffer> {
  const value = Buffer.alloc(bytes, ' ');
  const key = Buffer.from('bomb');
  return encodeBatch([{ key, value, headers: [], timestamp: TIMESTAMP }], codec);
}

/** @returns a batch that takes a window of as much as its records */
function wideWindow(): Promise<Buffer> {
  const value = Buffer.alloc((110 * MIB) / RECORDS, ' ');
  return encodeBatch(oddRecords({ value }), 'zstd', oddZstd);
}

/** @returns a batch of more headers than objects could be made of */
function manyHeaders(): Promise<Buffer> {
  const headers = Array.from({ length: 200_000 }, (): WireHeader => [Buffer.from('a'), null]);
  return encodeBatch(oddRecords({ headers }), 'gzip');
}

function oddRecords(rest: Partial<WireRecord>): WireRecord[] {
  const record = { key: null, value: Buffer.from('{'), headers: [], timestamp: TIMESTAMP, ...rest };
  return Array.from({ length: RECORDS }, () => record);
}

describe('what is small on the wire and large in memory', () => {
  let cluster: Cluster;
  let broker: Broker;

  beforeAll(async () => {
    cluster = await Cluster.connect();
    broker = await Broker.connect(brokers());
  });
  afterEach(killServices);
  afterAll(async () => {
    broker.close();
    await cluster.disconnect();
  });

  /** @returns a pipeline whose input takes batches of the worst codec, and its writer */
  async function start(): Promise<{ lane: Lane; writer: Writer; both: Both }> {
    const made = await cluster.lane({ partitions: PARTITIONS });
    const input = `${made.input}-large`;
    await cluster.createTopic(input, PARTITIONS, { 'max.message.bytes': String(8 * MIB) });
    const lane = { ...made, input, settings: { ...made.settings, INPUT_TOPIC: input } };
    const snapshots = `${made.output}-insights`;
    await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
    const writer = new Writer(broker, input);
    const run = async (): Promise<Both> => ({
      transformer: await Service.start('transformer', lane.settings),
      // It reads the same logins: all are marked.
      aggregator: await Service.start('aggregator', {
        INPUT_TOPIC: input,
        SNAPSHOT_TOPIC: snapshots,
        GROUP_ID: `${lane.group}-insights`,
        TRANSFORMER_GROUP_ID: lane.group,
        TRANSFORMER_INPUT_TOPIC: input,
      }),
      restart: run,
    });
    return { lane, writer, both: await run() };
  }

  async function insights(aggregator: Service): Promise<InsightsAnswer | undefined> {
    const response = await aggregator.get('/insights').catch(() => undefined);
    return response?.ok === true ? ((await response.json()) as InsightsAnswer) : undefined;
  }

  it.each(Object.keys(CODECS) as CodecName[])(
    'takes no more memory than is promised: %s',
    async (codec) => {
      const { lane, writer, both } = await start();
      const { transformer, aggregator } = both;
      await Promise.all([transformer.ready(DONE_MS), aggregator.ready(DONE_MS)]);
      const batch = await bomb(codec, BOMB_BYTES[codec]);
      for (let index = 0; index < BOMBS; index += 1) {
        await writer.batch(index % BOMBED, batch);
        if (index % 4 === 0) await writer.logins((index / 4) % PARTITIONS, 100);
      }
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        await writer.logins(partition, 100);
      }
      const expected = writer.names.length;
      await transformer.until('all of its work', () => cluster.isDone(lane), DONE_MS);
      const counted = await aggregator.until(
        'all of its work',
        async () => {
          const answer = await insights(aggregator);
          return (
            answer !== undefined && answer.total + answer.invalid >= expected + BOMBS && answer
          );
        },
        DONE_MS,
      );
      expect(counted).toMatchObject({ total: expected, invalid: BOMBS });

      const peaks = [await transformer.peakResidentBytes(), await aggregator.peakResidentBytes()];
      for (const peak of peaks) expect(peak).toBeLessThan(MEMORY_LIMIT_BYTES);
      expect(await Promise.all([transformer.stop(), aggregator.stop()])).toEqual([0, 0]);

      const outputs = await TopicReader.readAll(cluster, lane.output);
      const names = outputs.records.map(({ key }) => String(key));
      expect(names.toSorted()).toEqual(writer.names.toSorted());
      const { records: deadLetters } = await TopicReader.readAll(cluster, lane.deadLetter);
      expect(deadLetters).toHaveLength(BOMBS);
      for (const { key, value, headers } of deadLetters) {
        expect([String(key), value]).toEqual(['bomb', null]);
        expect(String(headers?.['x-dead-letter-reason'])).toBe('record_too_large');
        expect(String(headers?.['x-dead-letter-omitted-bytes'])).toBe(String(BOMB_BYTES[codec]));
      }
    },
    2 * DONE_MS,
  );

  it.each<[string, () => Promise<Buffer>, string]>([
    ['windows as large as zstd has', wideWindow, 'record_too_large'],
    ['headers by the hundred thousand', manyHeaders, 'invalid_json'],
  ])(
    'takes no more memory than is promised: %s',
    async (_, make, reason) => {
      const { lane, writer, both } = await start();
      const { transformer, aggregator } = both;
      await Promise.all([transformer.ready(DONE_MS), aggregator.ready(DONE_MS)]);
      const batch = await make();
      for (let index = 0; index < BATCHES; index += 1) {
        await writer.batch(index % PARTITIONS, batch);
        await writer.logins(index % PARTITIONS, 20);
      }
      const odd = BATCHES * RECORDS;
      await transformer.until('all of its work', () => cluster.isDone(lane), DONE_MS);
      const done = async (): Promise<boolean> => {
        const answer = await insights(aggregator);
        return answer?.total === writer.names.length && answer.invalid === odd;
      };
      await aggregator.until('all of its work', done, DONE_MS);
      // As objects, the dead letters' headers would be too many for a reader here.
      const metrics = await (await transformer.get('/metrics')).text();
      expect(metrics).toContain(`login_pipeline_dead_letters_total{reason="${reason}"} ${odd}\n`);
      for (const service of [transformer, aggregator]) {
        expect(await service.peakResidentBytes()).toBeLessThan(MEMORY_LIMIT_BYTES);
      }
      expect(await Promise.all([transformer.stop(), aggregator.stop()])).toEqual([0, 0]);
      const outputs = await TopicReader.readAll(cluster, lane.output);
      const names = outputs.records.map(({ key }) => String(key));
      expect(names.toSorted()).toEqual(writer.names.toSorted());
    },
    2 * DONE_MS,
  );

  it(
    'a batch that cannot be read holds up its own partition, is named, and can be passed',
    async () => {
      const { lane, writer, both } = await start();
      const { transformer, aggregator } = both;
      await Promise.all([transformer.ready(DONE_MS), aggregator.ready(DONE_MS)]);
      await writer.logins(HELD, 10);
      const offset = await writer.batch(HELD, await bomb('gzip', UNREADABLE_BYTES));
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        await writer.logins(partition, 10);
      }
      const readable = writer.names.length - 10;
      await transformer.until(
        'the rest of its work',
        async () => {
          const [ends, done] = [await cluster.ends(lane.input), await cluster.committed(lane)];
          return done.every(
            (next, partition) => next === (partition === HELD ? 10 : ends[partition]),
          );
        },
        DONE_MS,
      );
      await aggregator.until(
        'the rest of its work',
        async () => {
          return (await insights(aggregator))?.total === readable;
        },
        DONE_MS,
      );
      for (const [service, group] of [
        [transformer, lane.group],
        [aggregator, `${lane.group}-insights`],
      ] as const) {
        const why = `The record batch at offset ${offset} of partition ${HELD} of topic "${lane.input}" cannot be read`;
        const isNamed = async () =>
          (await (await service.get('/health/ready')).text()).includes(why.slice(0, 40));
        await service.until('not ready', isNamed, DONE_MS);
        expect(service.output).toContain(
          `GROUP_ID=${group} INPUT_TOPIC=${lane.input} npm run positions -- set --partition ${HELD} --to ${offset + 1} --yes`,
        );
        const metrics = await (await service.get('/metrics')).text();
        expect(metrics).toMatch(/^login_pipeline_consumer_unreadable_partitions 1$/m);
      }
      expect(await Promise.all([transformer.stop(), aggregator.stop()])).toEqual([0, 0]);
      for (const { output } of [transformer, aggregator]) {
        expect(output.split('npm run positions').length - 1).toBe(1);
      }

      for (const { output } of [transformer, aggregator]) await passBy(output);
      const again = await both.restart();
      await again.transformer.until('all of its work', () => cluster.isDone(lane), DONE_MS);
      await again.aggregator.until(
        'all of its work',
        async () => {
          return (await insights(again.aggregator))?.total === writer.names.length;
        },
        DONE_MS,
      );
      const outputs = await TopicReader.readAll(cluster, lane.output);
      const names = outputs.records.map(({ key }) => String(key));
      expect(names.toSorted()).toEqual(writer.names.toSorted());
    },
    2 * DONE_MS,
  );
});
