import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aLogin } from '@login-pipeline/schema/testing';
import { Cluster } from './cluster.ts';
import type { Lane, NewRecord } from './cluster.ts';
import { SeededRandom } from './seeded-random.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';
import type { ReadRecord } from './topic-reader.ts';

const PARTITIONS = 2;
const USERS = 40;
const LOGINS = 6_000;
/** As small and eager as a broker allows, so that compaction is seen within seconds. */
const COMPACTED = {
  'cleanup.policy': 'compact',
  'segment.ms': '500',
  'min.cleanable.dirty.ratio': '0.01',
  'max.compaction.lag.ms': '500',
};

describe('the latest login of each user', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it('is the latest by time, through kill -9, and all that compaction leaves', async () => {
    const lane = await cluster.lane({ partitions: PARTITIONS });
    const lastLogins = `e2e-last-logins-${randomUUID()}`;
    await cluster.createTopic(lastLogins, PARTITIONS, COMPACTED);
    const settings = { ...lane.settings, LAST_LOGIN_TOPIC: lastLogins, BATCH_MAX_RECORDS: '100' };
    const logins = seededLogins();

    // Follows, because compaction soon takes away what it would show.
    const reader = await TopicReader.start(cluster, lastLogins);
    const first = await Service.start('transformer', settings);
    await cluster.produce(lane.input, logins.slice(0, LOGINS / 2));
    await first.until('half of the work', () => cluster.isDone(lane));
    expect(await first.stop()).toBe(0);

    // The next owner meets a login of every user that is older than what its predecessor wrote.
    await cluster.produce(lane.input, late());
    const second = await Service.start('transformer', settings);
    await second.until('the late ones', () => cluster.isDone(lane));
    await cluster.produce(lane.input, logins.slice(LOGINS / 2));
    await second.until('some of the rest', async () => {
      const committed = await cluster.committed(lane);
      return committed.reduce((sum, offset) => sum + offset, 0) > LOGINS * 0.55;
    });
    await second.kill();
    const transformer = await Service.start('transformer', settings);
    await transformer.until('all of its work', () => cluster.isDone(lane), 60_000);

    // A commit shows in the one topic some milliseconds before it does in the other.
    await transformer.until('all of it to show', async () => {
      const { records } = await TopicReader.readAll(cluster, lane.output);
      return records.length === LOGINS + USERS && agrees(lane, lastLogins);
    });
    const { records } = await reader.finish();
    expect(lastOfEach(records)).toEqual(await latestOutputs(lane));
    for (const times of timesByUser(records).values()) {
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    }
    const values = records.map(({ value }) => String(value));
    expect(new Set(values).size).toBe(values.length);
    expect(values.length).toBeGreaterThan(USERS);

    // Only a segment that is not written to any more is compacted: a record that comes late enough begins another one.
    const compacted = await transformer.until(
      'compaction',
      async () => {
        await cluster.produce(lane.input, tail());
        await transformer.until('the last logins', () => cluster.isDone(lane));
        const left = (await TopicReader.readAll(cluster, lastLogins)).records;
        const isCompacted = left.filter((record) => !isTail(record)).length <= USERS;
        return isCompacted && (await agrees(lane, lastLogins)) && left;
      },
      60_000,
    );
    expect(lastOfEach(compacted)).toEqual(await latestOutputs(lane));
  });

  it('takes a topic with as many partitions as the input', async () => {
    const lane = await cluster.lane({ partitions: PARTITIONS });
    const lastLogins = `e2e-last-logins-${randomUUID()}`;
    await cluster.createTopic(lastLogins, 1, COMPACTED);
    const settings = { ...lane.settings, LAST_LOGIN_TOPIC: lastLogins };
    const transformer = await Service.start('transformer', settings);
    expect(await transformer.ended).toBe(69);
    expect(transformer.output).toContain('(LAST_LOGIN_TOPIC) has 1 partitions');
  });

  async function agrees(lane: Lane, lastLogins: string): Promise<boolean> {
    const { records } = await TopicReader.readAll(cluster, lastLogins);
    return isDeepStrictEqual(lastOfEach(records), await latestOutputs(lane));
  }

  /** What the topic must end with, derived from the processed logins alone. */
  async function latestOutputs(lane: Lane): Promise<ReadonlyMap<string, string>> {
    const { records } = await TopicReader.readAll(cluster, lane.output);
    const latest = new Map<string, { readonly time: number; readonly value: string }>();
    for (const { value } of records) {
      const login = JSON.parse(String(value)) as { user_id: string; timestamp: number };
      const user = login.user_id.toLowerCase();
      if (login.timestamp < (latest.get(user)?.time ?? 0)) continue;
      latest.set(user, { time: login.timestamp, value: String(value) });
    }
    return new Map([...latest].map(([user, { value }]) => [user, value]));
  }
});

function lastOfEach(records: readonly ReadRecord[]): ReadonlyMap<string, string> {
  return new Map(records.map(({ key, value }) => [String(key), String(value)] as const));
}

function timesByUser(records: readonly ReadRecord[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const { key, value } of records) {
    const { timestamp } = JSON.parse(String(value)) as { timestamp: number };
    times.set(String(key), [...(times.get(String(key)) ?? []), timestamp]);
  }
  return times;
}

function userId(user: number): string {
  return `424cdd21-063a-43a7-b91b-7ca1a8${String(user).padStart(6, '0')}`;
}

function login(user: number, timestamp: number, id: string, upper = false): NewRecord {
  const user_id = upper ? userId(user).toUpperCase() : userId(user);
  const text = JSON.stringify(aLogin({ user_id, app_version: '2.0.0', timestamp, id }));
  return {
    partition: user % PARTITIONS,
    key: Buffer.from(userId(user)),
    value: Buffer.from(text),
    headers: {},
    timestamp: String(Date.now()),
  };
}

/** Two of three come late, by up to an hour of event time; some ids are in upper case. */
function seededLogins(): readonly NewRecord[] {
  const random = new SeededRandom(7);
  return Array.from({ length: LOGINS }, (_, index) => {
    const late = index % 3 === 0 ? 0 : random.below(3_600_000);
    const time = 1_734_547_631_000 + index * 1_000 - late;
    return login(random.below(USERS), time, String(index), index % 5 === 0);
  });
}

/** One login of every user, older than all others. */
function late(): readonly NewRecord[] {
  return Array.from({ length: USERS }, (_, user) => login(user, 1_634_547_631_000, `late ${user}`));
}

function isTail({ value }: ReadRecord): boolean {
  return String(value).includes('"id":"tail ');
}

/** One login in each partition, newer than all. */
function tail(): readonly NewRecord[] {
  return Array.from({ length: PARTITIONS }, (_, user) =>
    login(user, 1_754_547_631_000, `tail ${user}`),
  );
}
