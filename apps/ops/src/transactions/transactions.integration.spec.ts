import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startKafka } from '@login-pipeline/embedded-kafka';
import type { RunningKafka } from '@login-pipeline/embedded-kafka';
import { hangTransaction, TestCluster, waitFor } from '@login-pipeline/nest-streams/testing';
import { runBuilt } from '../testing/built-command.ts';
import type { Ended } from '../testing/built-command.ts';

const SHORT_MS = 8_000;
const LONG_MS = 600_000;

describe('transactions', () => {
  let kafka: RunningKafka;
  let cluster: TestCluster;
  let input: string;
  let output: string;
  let deadLetter: string;
  const group = 'transformer';

  beforeAll(async () => {
    kafka = await startKafka({
      settings: {
        // Brokers that ask coordinators let no transaction hang (KIP-890).
        'transaction.partition.verification.enable': false,
        'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
      },
    });
    cluster = new TestCluster(kafka.bootstrapServers);
    [input, output, deadLetter] = [
      await cluster.topic('in', { partitions: 1 }),
      await cluster.topic('out', { partitions: 5 }),
      await cluster.topic('dead', { partitions: 5 }),
    ];
  });
  afterAll(async () => {
    await cluster.close();
    await kafka.stop();
  });

  it('are none at first', async () => {
    expect(await run('list')).toEqual({
      code: 0,
      said: [`no transaction stays open in ${input}, ${output}, ${deadLetter}`],
    });
    expect(await run('abort', '--partition', '4', '--yes')).toEqual({
      code: 0,
      said: [`no transaction stays open in partition 4 of ${input}, ${output}, ${deadLetter}`],
    });
  });

  it('of a dead producer are shown until they time out', async () => {
    await cluster.produce(output, [{ partition: 0, value: 'before' }]);
    await leaveOpen('dies', output, 0, SHORT_MS);
    const { code, said } = await run('list');
    expect([code, said.length]).toEqual([0, 3]);
    expect(said[0]).toMatch(
      new RegExp(`^${output}, partition 0: a transaction is open from offset 1 on, since 20.*Z$`),
    );
    expect(said[1]).toMatch(
      /^ {2}producer \d+, epoch 0, transactional id "dies": Ongoing, time-out 8 s$/,
    );
    expect(said[2]).toMatch(/^ {2}it times out at 20.*Z, and its coordinator aborts it/);
    await isAborted(output, 0, 3);
    expect((await run('list')).said[0]).toMatch(/^no transaction stays open/);
  });

  it('of other producers are left to them', async () => {
    await leaveOpen('other', output, 1, LONG_MS);
    const { code, said } = await run('abort', '--partition', '1', '--yes');
    expect([code, said.at(-1)]).toEqual([
      69,
      expect.stringMatching(
        /^Nothing is changed: it times out at 20.* starts anew under its id\.$/,
      ),
    ]);
    expect((await cluster.ends(output))[1]).toBe(0);
  });

  it('of the transformer are aborted by taking their id over, with --yes', async () => {
    const id = `${group}/${input}/instance/0`;
    await leaveOpen(id, output, 2, LONG_MS);
    await leaveOpen(`${id}1`, deadLetter, 2, LONG_MS);
    const shown = await run('list');
    expect(shown.said.join('\n')).toContain(`transactional id "${id}", the transformer's: Ongoing`);
    expect(shown.said.join('\n')).toContain('start the transformer, whose members end');
    const several = await run('abort', '--partition', '2', '--yes');
    expect([several.code, several.said.at(-1)]).toEqual([
      78,
      `--topic: expected one of ${output}, ${deadLetter}: each has one open in partition 2`,
    ]);

    const planned = await run('abort', '--partition', '2', '--topic', output);
    expect([planned.code, ...planned.said.slice(2)]).toEqual([
      1,
      `takes "${id}" over: its coordinator aborts the transaction, here and elsewhere`,
      'nothing is changed; --yes carries it out',
    ]);
    expect((await cluster.ends(output))[2]).toBe(0);
    const done = await run('abort', '--partition', '2', '--topic', output, '--yes');
    expect([done.code, done.said.at(-1)]).toEqual([0, 'done: it is aborted']);
    await isAborted(output, 2, 2);
    expect((await cluster.ends(deadLetter))[2]).toBe(0);
  });

  it('that no coordinator knows are aborted by a mark, with --yes', async () => {
    await hangTransaction(cluster, output, 3);
    await cluster.produce(output, [{ partition: 3, value: 'behind it' }]);
    const { said } = await run('list');
    expect(said.join('\n')).toContain('no coordinator knows it, and nothing ends it but');
    const planned = await run('abort', '--partition', '3');
    expect([planned.code, planned.said.at(-1)]).toEqual([
      1,
      'nothing is changed; --yes carries it out',
    ]);
    expect((await cluster.ends(output))[3]).toBe(0);
    const done = await run('abort', '--partition', '3', '--yes');
    expect(done).toEqual({
      code: 0,
      said: [
        expect.stringMatching(
          new RegExp(`^${output}, partition 3: a transaction is open from offset 0 on, its last`),
        ),
        expect.stringContaining('Empty'),
        expect.stringMatching(/^aborts what producer \d+, epoch 0, has written here from offset 0/),
        'done: it is aborted',
      ],
    });
    await isAborted(output, 3, 3);
  });

  it.each([
    [['abort', '--partition', '9', '--yes'], 78, '--partition: there are 5, from 0 on: not 9'],
    [['abort', '--partition', '0', '--topic', 'other'], 78, '--topic: expected one of'],
    [['show'], 78, '"list" or "abort"'],
  ])('are refused as %j', async (args, code, message) => {
    const ended = await run(...args);
    expect([ended.code, ended.said.at(-1)]).toEqual([code, expect.stringContaining(message)]);
  });

  it('are looked for in topics that exist, else these are named', async () => {
    const { code, said } = await runWith({ LAST_LOGIN_TOPIC: 'absent' }, 'list');
    expect([code, said.join()]).toEqual([
      69,
      expect.stringContaining('"absent" (LAST_LOGIN_TOPIC)'),
    ]);
  });

  /** Writes a record in a transaction, and dies. */
  async function leaveOpen(
    transactionalId: string,
    topic: string,
    partition: number,
    transactionTimeout: number,
  ): Promise<void> {
    const producer = cluster.kafka.producer({ transactionalId, transactionTimeout });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ partition, value: 'never committed' }] });
    await producer.disconnect();
  }

  /** Waits until readers of committed records come by, and compares what they get. */
  async function isAborted(topic: string, partition: number, end: number): Promise<void> {
    await waitFor(
      `readers to get to ${end}`,
      async () => (await cluster.ends(topic))[partition] === end,
    );
    const values = (await cluster.read(topic)).map(({ value }) => String(value));
    expect(values).not.toContain('never committed');
  }

  function run(...args: readonly string[]): Promise<Ended> {
    return runWith({}, ...args);
  }

  /** Runs the command. @returns its exit code and what it says, without its name */
  function runWith(
    settings: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<Ended> {
    const env = {
      KAFKA_BROKERS: kafka.bootstrapServers,
      GROUP_ID: group,
      INPUT_TOPIC: input,
      OUTPUT_TOPIC: output,
      DEAD_LETTER_TOPIC: deadLetter,
      ...settings,
    };
    return runBuilt(['transactions', ...args], env);
  }
});
