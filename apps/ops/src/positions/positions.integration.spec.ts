import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestCluster } from '@login-pipeline/nest-streams/testing';
import { runBuilt } from '../testing/built-command.ts';
import type { Ended } from '../testing/built-command.ts';

const BEGAN = Date.UTC(2026, 10, 23);

describe('positions', () => {
  const cluster = new TestCluster();
  let topic: string;
  let group: string;

  beforeAll(async () => {
    group = cluster.unique('positions');
    topic = await cluster.topic('logins', { partitions: 2 });
    await cluster.produce(
      topic,
      Array.from({ length: 10 }, (_, index) => ({
        value: `login ${index}`,
        partition: 0,
        timestamp: String(BEGAN + index * 1_000),
      })),
    );
  });
  afterAll(() => cluster.close());

  it('are shown where nothing is committed yet, and only planned without --yes', async () => {
    expect(await positions('show')).toEqual({
      code: 0,
      said: [
        `group "${group}" in topic "${topic}"`,
        'the group is Dead',
        'partition  committed  start  end  lag',
        '        0          -      0   10   10  nothing committed: goes on at the start',
        '        1          -      0    0    0  nothing committed: goes on at the start',
      ],
    });
    expect(await positions('set', '--to', 'end')).toEqual({
      code: 0,
      said: [
        `group "${group}" in topic "${topic}"`,
        'partition 0: 0 -> 10, skips offsets 0 to 9, at most 10 records',
        'partition 1: 0 -> 0, stays',
        'nothing is changed; --yes carries it out',
      ],
    });
    expect(await cluster.committed(group, topic)).toEqual([-1, -1]);
  });

  it('are set to an offset, a time or a bound, of one partition or of all, and leave no member behind', async () => {
    const { code, said } = await positions('set', '--partition', '0', '--to', '7', '--yes');
    expect([code, said.at(-1)]).toEqual([0, 'done: the group goes on there when it starts']);
    expect(await cluster.committed(group, topic)).toEqual([7, -1]);
    const shown = await positions('show');
    expect(shown.said[1]).toBe('the group is Empty');
    expect(shown.said).toContain('        0          7      0   10    3  set by an operator');

    const time = new Date(BEGAN + 3_500).toISOString();
    expect((await positions('set', '--to', time, '--yes')).said).toEqual(
      expect.arrayContaining([
        `to the first record of ${time} or later`,
        'partition 0: 7 -> 4, repeats offsets 4 to 6, at most 3 records',
      ]),
    );
    expect(await cluster.committed(group, topic)).toEqual([4, 0]);
    const future = await positions('set', '--to', '2099-01-01', '--yes');
    expect(future.said[1]).toContain('2099-01-01T00:00:00.000Z or later, a time in the future');
    expect(await cluster.committed(group, topic)).toEqual([10, 0]);
    await positions('set', '--to', 'earliest', '--yes');
    expect(await cluster.committed(group, topic)).toEqual([0, 0]);
  });

  it('tell an offset of another topic of the name from one of this topic', async () => {
    const flow = 'emitted=1 dropped=0 dead-lettered=0';
    await cluster.commit(group, topic, { 0: 7 }, `${flow} topic-id=${'f'.repeat(32)}`);
    expect((await positions('show')).said).toContain(
      '        0          7      0   10   10  of another topic of this name: goes on at the start',
    );
    expect((await positions('set', '--partition', '0', '--to', '7', '--yes')).said).toContain(
      'partition 0: 0 -> 7, skips offsets 0 to 6, at most 7 records',
    );
    expect((await positions('show')).said).toContain(
      '        0          7      0   10    3  set by an operator',
    );
  });

  it.each([
    [['set', '--partition', '0', '--to', '11', '--yes'], 78, 'partition 0 holds 0 to 10, 11 lies'],
    [['set', '--partition', '2', '--to', 'end', '--yes'], 78, 'not 2'],
    [['set', '--to', 'tomorrow', '--yes'], 78, '--to: expected earliest, end, an offset'],
    [['move'], 78, '"show" or "set"'],
  ])('are refused as %j', async (args, code, message) => {
    const before = await cluster.committed(group, topic);
    const ended = await positions(...args);
    expect([ended.code, ended.said.at(-1)]).toEqual([code, expect.stringContaining(message)]);
    expect(await cluster.committed(group, topic)).toEqual(before);
  });

  it('name a topic that is not there', async () => {
    const { code, said } = await run({ INPUT_TOPIC: 'absent' }, 'show');
    expect([code, said.join()]).toEqual([69, expect.stringContaining('"absent" (INPUT_TOPIC)')]);
  });

  it('are not set while the group runs, whose members are named', async () => {
    const before = await cluster.committed(group, topic);
    const consumer = cluster.kafka.consumer({ groupId: group });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    try {
      const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
      await joined;
      expect((await positions('show')).said).toContainEqual(
        expect.stringMatching(/^the group is Stable: test \(/),
      );
      const { code, said } = await positions('set', '--to', 'end', '--yes');
      expect([code, said.at(-1)]).toEqual([
        69,
        expect.stringMatching(/^The group ".*" \(GROUP_ID\) has to be stopped first.* test \(/),
      ]);
    } finally {
      await consumer.disconnect();
    }
    expect(await cluster.committed(group, topic)).toEqual(before);
  });

  function positions(...args: readonly string[]): Promise<Ended> {
    return run({}, ...args);
  }

  /** Runs the command. @returns its exit code and what it says, without its name */
  function run(
    settings: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<Ended> {
    const env = {
      KAFKA_BROKERS: cluster.connection.brokers.join(),
      GROUP_ID: group,
      INPUT_TOPIC: topic,
      ...settings,
    };
    return runBuilt(['positions', ...args], env);
  }
});
