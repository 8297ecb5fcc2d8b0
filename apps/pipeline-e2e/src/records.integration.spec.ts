import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Broker } from '@login-pipeline/plain-wire';
import { brokers, Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { largeLogin } from './load.ts';
import { killServices, Service } from './service.ts';
import { waitFor } from './wait-for.ts';
import { encodeBatch } from './wire/record-batch.ts';
import type { LoggedRecord, WireHeader, WireRecord } from './wire/record-batch.ts';
import { WireReader } from './wire/wire-reader.ts';

const HOUR_MS = 3_600_000;
const LOGIN_BYTES = 300;
const LOGIN = largeLogin(LOGIN_BYTES);
const SMALL_TOPIC_BYTES = 100_000;
/** How many headers a dead letter adds. */
const ADDED = 15;

/** Names that come again, look like numbers, are members of every object, are those of dead letters, or no UTF-8. */
const HEADERS: readonly WireHeader[] = [
  header('b', '1'),
  header('a', '2'),
  header('b', '3'),
  header('10', '4'),
  header('2', null),
  header('__proto__', '5'),
  header('', '6'),
  header('x-dead-letter-reason', 'of its sender'),
  header('x-redrive-count', '1'),
  [Buffer.from([0xff, 0xfe, 0x00]), Buffer.from([0xff])],
  ...Array.from({ length: 2_000 }, (_, index) => header(`many-${index % 7}`, String(index))),
];

describe('a record with whatever a producer may put into it', () => {
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

  it('keeps its headers, byte by byte and in their order, as output and as dead letter', async () => {
    const lane = await cluster.lane({ partitions: 1 });
    const records = [
      { ...login(0n), headers: HEADERS },
      { ...login(1n), headers: HEADERS, value: Buffer.from('no login') },
      login(2n),
    ];
    await transform(lane, records);
    const outputs = await written(lane.output, 2);
    expect(outputs.map(({ headers }) => headers)).toEqual([HEADERS, []]);
    const [deadLetter] = await written(lane.deadLetter, 1);
    expect(deadLetter?.headers.slice(0, -ADDED)).toEqual(HEADERS);
    expect(deadLetter?.headers.at(-ADDED)).toEqual(header('x-dead-letter-reason', 'invalid_json'));
  });

  it('becomes a dead letter where a topic refuses its timestamp, and its neighbours come out once', async () => {
    const outputConfig = { 'message.timestamp.before.max.ms': String(HOUR_MS) };
    const lane = await cluster.lane({ partitions: 1, outputConfig });
    const lastLogins = `${lane.output}-last-logins`;
    await cluster.createTopic(lastLogins, 1, {
      'cleanup.policy': 'compact',
      'message.timestamp.before.max.ms': String(HOUR_MS),
    });
    const now = BigInt(Date.now());
    const old = now - BigInt(2 * HOUR_MS);
    // No timestamp at all is one that every topic takes.
    const records = [now, old, now + 1n, -1n, old + 1n, now + 2n].map(login);
    const service = await transform(lane, records, { LAST_LOGIN_TOPIC: lastLogins });

    const outputs = await written(lane.output, 4);
    expect(outputs.map(({ timestamp }) => timestamp)).toEqual([now, now + 1n, -1n, now + 2n]);
    const deadLetters = await written(lane.deadLetter, 2);
    expect(deadLetters.map((it) => [textOf(it, 'reason'), textOf(it, 'timestamp')])).toEqual([
      ['record_timestamp_refused', String(old)],
      ['record_timestamp_refused', String(old + 1n)],
    ]);
    expect(service.exit).toBeUndefined();
  });

  it('becomes a dead letter where a topic refuses it for another reason', async () => {
    const lane = await cluster.lane({
      partitions: 1,
      outputConfig: { 'cleanup.policy': 'compact' },
    });
    const [first, second, third] = [login(1n), { ...login(2n), key: null }, login(3n)];
    await transform(lane, [first, second, third]);
    expect((await written(lane.output, 2)).map(({ timestamp }) => timestamp)).toEqual([1n, 3n]);
    const [deadLetter] = await written(lane.deadLetter, 1);
    expect(deadLetter && textOf(deadLetter, 'reason')).toBe('record_refused');
  });

  it('becomes a dead letter where a topic’s own compression makes it too large, and its neighbours come out once', async () => {
    const config = { 'max.message.bytes': String(SMALL_TOPIC_BYTES), 'compression.type': 'snappy' };
    const lane = await cluster.lane({
      ...{ partitions: 1, outputConfig: config, deadLetterConfig: config },
    });
    // From what fits in any case, in steps of less than what snappy adds, to what is too large as it is.
    const larger = Array.from({ length: 10 }, (_, step) => SMALL_TOPIC_BYTES - 166 + 8 * step);
    const records = larger.flatMap((bytes, index) => [
      login(BigInt(2 * index)),
      { ...login(BigInt(2 * index + 1)), key: null, value: incompressibleLogin(bytes) },
    ]);
    const service = await transform(lane, records);

    const outputs = await written(lane.output, larger.length);
    const deadLetters = await written(lane.deadLetter, 1);
    const placesOf = (all: readonly string[]): string[] =>
      all.toSorted((one, other) => Number(one) - Number(other));
    expect(
      placesOf([
        ...outputs.map(({ timestamp }) => String(timestamp)),
        ...deadLetters.map((it) => textOf(it, 'timestamp')),
      ]),
    ).toEqual(records.map(({ timestamp }) => String(timestamp)));
    expect(outputs.filter(({ timestamp }) => timestamp % 2n === 0n)).toHaveLength(larger.length);
    expect(new Set(deadLetters.map((it) => textOf(it, 'reason')))).toEqual(
      new Set(['record_too_large']),
    );
    // Some are refused by the broker alone.
    expect(deadLetters.map((it) => textOf(it, 'stage'))).toContain('write');
    // These topics have no room for a dead letter's headers beside such a value.
    expect(deadLetters.map(({ value }) => value)).toEqual(deadLetters.map(() => null));
    expect(service.exit).toBeUndefined();
  });

  /** Writes records as one batch, and has a transformer do all of its work. */
  async function transform(
    lane: Lane,
    records: readonly WireRecord[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Service> {
    await broker.produce(lane.input, new Map([[0, await encodeBatch(records)]]));
    const settings = { ...lane.settings, FILTER_APP_VERSIONS: '*', ...more };
    const service = await Service.start('transformer', settings);
    await service.until('all of its work', () => cluster.isDone(lane));
    return service;
  }

  /** @returns the committed records of the topic, at least so many */
  async function written(topic: string, count: number): Promise<readonly LoggedRecord[]> {
    const records: LoggedRecord[] = [];
    const reader = await WireReader.start(brokers(), topic, 1, (_, record) => records.push(record));
    try {
      const [end] = await cluster.ends(topic);
      await waitFor(`${count} records in ${topic}`, () => {
        const isRead = (reader.positions[0] ?? 0) >= (end ?? 0);
        return isRead && records.length >= count;
      });
    } finally {
      await reader.stop();
    }
    return records;
  }
});

function login(timestamp: bigint): WireRecord {
  return { key: LOGIN.key, value: LOGIN.value, headers: [], timestamp };
}

/** @returns a login of so many bytes, which snappy does not make fewer */
function incompressibleLogin(bytes: number): Buffer {
  const length = bytes - LOGIN_BYTES;
  const text = randomBytes(length).toString('base64').slice(0, length);
  return Buffer.from(String(LOGIN.value).replace('"padding":"', `$&${text}`));
}

function header(name: string, value: string | null): WireHeader {
  return [Buffer.from(name), value === null ? null : Buffer.from(value)];
}

/** @returns what a dead letter says last under a name */
function textOf({ headers }: LoggedRecord, name: string): string {
  const named = headers.filter(([it]) => String(it) === `x-dead-letter-${name}`);
  return String(named.at(-1)?.[1]);
}
