import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { redrive } from '@login-pipeline/nest-streams/operations';
import type { RedriveReport } from '@login-pipeline/nest-streams/operations';
import { TestCluster, waitFor } from '@login-pipeline/nest-streams/testing';
import type { ReadRecord } from '@login-pipeline/nest-streams/testing';
import { parseRedriveArguments } from './arguments.ts';
import { reportLines, retentionLine } from './report.ts';
import { BUILT_COMMANDS } from '../testing/built-command.ts';

const MIB = 1024 * 1024;
const LOG_APPEND_TIME = { 'message.timestamp.type': 'LogAppendTime' };

describe('redrive', () => {
  const cluster = new TestCluster();
  let source: string;
  let deadLetters: string;
  let group: string;
  let warnings: string[];
  beforeEach(async () => {
    warnings = [];
    group = cluster.unique('redrive');
    source = await cluster.topic('logins', { partitions: 3, config: { 'retention.ms': '-1' } });
    deadLetters = await cluster.topic('dead', { partitions: 2, config: LOG_APPEND_TIME });
  });
  afterAll(() => cluster.close());

  it('writes back what was set aside, as it was and to its partition, once', async () => {
    await setAside(0, ['a', 'invalid_ip'], ['b', 'invalid_json']);
    await setAside(2, ['c', 'invalid_ip']);
    const report = await run();
    await written(['a', 'b'], [], ['c']);
    const first = (await cluster.read(source)).find(({ value }) => String(value) === 'a');
    expect(first).toMatchObject({
      key: Buffer.from('key of a'),
      timestamp: '1734547631000',
      headers: [
        ['trace', Buffer.from('of a')],
        ['x-redrive-count', Buffer.from('1')],
      ],
    });
    expect(reportLines(deadLetters, selection(), report)).toEqual([
      'invalid_ip: 2 redriven',
      'invalid_json: 1 redriven',
      `3 records redriven from ${deadLetters}: 3 to ${source}`,
    ]);

    expect(reportLines(deadLetters, selection(), await run())).toEqual([
      `nothing to redrive in ${deadLetters}`,
    ]);
    await setAside(1, ['d', 'invalid_ip']);
    await run();
    await written(['a', 'b'], ['d'], ['c']);
  });

  it('warns of records that their topic may delete before they are processed, once', async () => {
    await setAside(0, ['a', 'invalid_ip']);
    await run('--dry-run');
    expect(warnings).toEqual([]);
    const config = { 'retention.ms': String(7 * 86_400_000) };
    source = await cluster.topic('logins', { partitions: 3, config });
    await setAside(0, ['b', 'invalid_ip'], ['c', 'invalid_ip']);
    await run('--dry-run');
    expect(warnings).toEqual([
      expect.stringContaining(`${source} keeps records for 7 days by their own time`),
    ]);
  });

  it('leaves a record’s own headers in their order, whatever their names, and again after a second time', async () => {
    const own: ReadRecord['headers'] = [
      ['b', '1'],
      ['a', null],
      ['10', ''],
      ['x-dead-letter-reason', 'of its sender'],
      ['2', Buffer.from([0xff])],
      ['__proto__', '3'],
      ['', '4'],
      ['b', '5'],
    ];
    const setAsideWith = (headers: ReadRecord['headers']): Promise<void> => {
      const added = Object.entries(addedHeaders(0, 'invalid_ip'));
      return cluster.produce(deadLetters, [{ value: 'a', headers: [...headers, ...added] }]);
    };
    const redriven = async (times: number): Promise<ReadRecord['headers']> => {
      await run();
      const records = await waitFor(`${times} records`, async () => {
        const all = await cluster.read(source);
        return all.length === times && all;
      });
      return records.at(-1)?.headers ?? [];
    };
    const asRead = own.map(([name, value]) => [name, value === null ? null : Buffer.from(value)]);
    await setAsideWith(own);
    const once = await redriven(1);
    expect(once).toEqual([...asRead, ['x-redrive-count', Buffer.from('1')]]);
    await setAsideWith(once);
    expect(await redriven(2)).toEqual([...asRead, ['x-redrive-count', Buffer.from('2')]]);
  });

  it('takes reasons one by one, in any order, and none of them twice', async () => {
    await setAside(0, ['a', 'invalid_ip'], ['b', 'invalid_json'], ['c', 'invalid_ip']);
    await run('--reason', 'invalid_json');
    await written(['b'], [], []);
    await run('--reason', 'invalid_json,invalid_ip');
    await written(['b', 'a', 'c'], [], []);
    await run();
    await written(['b', 'a', 'c'], [], []);
  });

  it('stops at its limit, and goes on from there', async () => {
    await setAside(0, ...['a', 'b', 'c', 'd'].map((id) => [id, 'invalid_ip'] as const));
    const report = await run('--limit', '3');
    expect(reportLines(deadLetters, selection('--limit', '3'), report).at(-1)).toMatch(/--limit/);
    await written(['a', 'b', 'c'], [], []);
    await run('--limit', '3');
    await written(['a', 'b', 'c', 'd'], [], []);
  });

  it('looks without writing in a dry run', async () => {
    await setAside(0, ['a', 'invalid_ip']);
    const lines = reportLines(deadLetters, selection('--dry-run'), await run('--dry-run'));
    expect(lines).toEqual([
      'invalid_ip: 1 would be redriven',
      `1 record would be redriven from ${deadLetters}: 1 to ${source}`,
      'this was a dry run: nothing was written',
    ]);
    expect(await values()).toEqual([[], [], []]);
    expect(await cluster.committed(`${group}.invalid_ip`, deadLetters)).toEqual([-1, -1]);
  });

  it('leaves what came back too often, what is not ours, and what was set aside at other times', async () => {
    await setAside(
      0,
      ['often', 'invalid_ip', { 'x-redrive-count': '3' }],
      ['part', 'invalid_ip', { 'x-dead-letter-omitted-bytes': '9' }],
    );
    await cluster.produce(deadLetters, [
      { value: 'of Connect', headers: [['__connect.errors.topic', source]] },
    ]);
    const none = await run('--to', new Date(Date.now() - 60_000).toISOString());
    expect([none.reasons.size, none.foreign]).toEqual([0, 1]);
    const report = await run();
    expect(report.partial).toBe(1);
    expect(report.reasons.get('invalid_ip')).toEqual({ redriven: 0, tooOften: 1 });
    expect(await values()).toEqual([[], [], []]);
  });

  it('writes back what is as large as the topic takes, and says what it cannot read', async () => {
    const config = { 'max.message.bytes': String(6 * MIB) };
    source = await cluster.topic('logins', { partitions: 3, config });
    deadLetters = await cluster.topic('dead', { partitions: 2, config });
    const headers = Object.entries(addedHeaders(0, 'invalid_ip'));
    const value = Buffer.alloc(5 * MIB, 'a');
    await cluster.produce(deadLetters, [{ value, headers, partition: 1 }]);
    const report = await run();
    expect(report.partial).toBe(0);
    expect(report.reasons.get('invalid_ip')).toEqual({ redriven: 1, tooOften: 0 });
    const blanks = Buffer.alloc(129 * MIB, ' ');
    await cluster.produce(deadLetters, [{ value: blanks, headers, partition: 1 }], 'gzip');
    await expect(run()).rejects.toMatchObject({
      fault: 'unavailable',
      code: 'UNREADABLE_BATCH',
      message: expect.stringMatching(
        new RegExp(`at offset 1 of partition 1 of topic "${deadLetters}" cannot be read`),
      ) as unknown,
    });
  });

  it('refuses partitions that are not there', async () => {
    await expect(run('--partition', '1', '--partition', '2')).rejects.toMatchObject({
      fault: 'settings',
      code: 'PARTITION_MISSING',
      message: '--partition: there are 2, from 0 on: not 2',
    });
  });

  it('writes nothing when a topic is gone that a dead letter came from', async () => {
    await setAside(0, ['a', 'invalid_ip'], ['b', 'invalid_ip', { 'x-dead-letter-topic': 'gone' }]);
    await expect(run()).rejects.toMatchObject({
      fault: 'unavailable',
      code: 'TOPIC_MISSING',
      message: expect.stringContaining('"gone" (header x-dead-letter-topic)') as unknown,
    });
    expect(await values()).toEqual([[], [], []]);
  });

  it('redrives each once, whichever run is killed and however many there are', async () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => String(index));
    await setAside(0, ...ids.map((id) => [id, 'invalid_ip'] as const));
    const started = performance.now();
    await command('--dry-run').ended;
    const usualMs = performance.now() - started;
    // As it connects, as it takes the partition over, as it commits: by this machine's own measure.
    for (const share of [0.5, 0.8, 1.1]) {
      const [one, other] = [command('--limit', '700'), command('--limit', '700')];
      await sleep(usualMs * share);
      one.child.kill('SIGKILL');
      await Promise.all([one.ended, other.ended]);
    }
    await command().ended;
    const whole = await waitFor('all to be written', async () => {
      const [inFirst = []] = await values();
      return inFirst.length >= ids.length && inFirst;
    });
    expect(whole.toSorted()).toEqual(ids.toSorted());
  });

  function selection(...args: string[]): ReturnType<typeof parseRedriveArguments> {
    return parseRedriveArguments(args);
  }

  function run(...args: string[]): Promise<RedriveReport> {
    return redrive({
      connection: cluster.connection,
      deadLetters: { topic: deadLetters, setting: 'DEAD_LETTER_TOPIC' },
      group,
      ...selection(...args),
      onOld: (topic, retentionMs) => warnings.push(retentionLine(topic, retentionMs)),
      logger: cluster.logger,
    });
  }

  function command(...args: string[]): { child: ChildProcess; ended: Promise<unknown> } {
    const child = spawn(process.execPath, [BUILT_COMMANDS, 'redrive', ...args], {
      stdio: 'ignore',
      env: {
        KAFKA_BROKERS: cluster.connection.brokers.join(),
        DEAD_LETTER_TOPIC: deadLetters,
        GROUP_ID: group,
      },
    });
    // Listened for from the start: it may have ended before the test asks.
    return { child, ended: once(child, 'exit') };
  }

  /** Dead letters as the transformer writes them. */
  async function setAside(
    partition: number,
    ...records: readonly (readonly [id: string, reason: string, more?: Record<string, string>])[]
  ): Promise<void> {
    await cluster.produce(
      deadLetters,
      records.map(([id, reason, more]) => ({
        key: `key of ${id}`,
        value: id,
        // All in one partition, so that their order is known.
        partition: 1,
        headers: Object.entries({
          trace: `of ${id}`,
          ...addedHeaders(partition, reason),
          ...more,
        }),
      })),
    );
  }

  /** What the transformer adds to a record that it sets aside. */
  function addedHeaders(partition: number, reason: string): Record<string, string> {
    return {
      'x-dead-letter-reason': reason,
      'x-dead-letter-stage': 'decode',
      'x-dead-letter-topic': source,
      'x-dead-letter-partition': String(partition),
      'x-dead-letter-offset': '0',
      'x-dead-letter-timestamp': '1734547631000',
      '__connect.errors.topic': source,
    };
  }

  /** Waits for the records of each partition: a commit shows only some milliseconds after its answer. */
  async function written(...expected: readonly (readonly string[])[]): Promise<void> {
    const count = expected.flat().length;
    const found = await waitFor(`${count} records`, async () => {
      const now = await values();
      return now.flat().length >= count && now;
    });
    expect(found).toEqual(expected);
  }

  /** @returns the values in the source topic, by partition */
  async function values(): Promise<readonly (readonly string[])[]> {
    const records = await cluster.read(source);
    return [0, 1, 2].map((wanted) =>
      records.filter(({ partition }) => partition === wanted).map(({ value }) => String(value)),
    );
  }
});
