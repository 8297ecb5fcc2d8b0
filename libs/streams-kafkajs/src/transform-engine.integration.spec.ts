import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ForeignGroupError } from '@login-pipeline/streams';
import { EngineStage } from './testing/engine-stage.ts';
import type { RunningEngine, StageOptions } from './testing/engine-stage.ts';
import { report } from './testing/report.ts';
import { until } from './testing/until.ts';

jest.setTimeout(120_000);

const PARTITIONS = 4;
const SAME: StageOptions = { inputPartitions: PARTITIONS, outputPartitions: PARTITIONS };
/** Between two rounds of writing one record to each partition. */
const PACE_MS = 10;
describe('The engine on brokers', () => {
  let opened: EngineStage | undefined;

  async function stageOf(options: StageOptions): Promise<EngineStage> {
    opened = await EngineStage.open(options);
    return opened;
  }

  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });

  it('passes records on once and in order, and commits where it goes on in which topic', async () => {
    const stage = await stageOf(SAME);
    const begun = Date.now();
    const engine = stage.start();
    for (let round = 0; round < 10; round += 1) {
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        await stage.write(partition, 50);
      }
    }
    await stage.done();
    report('2,000 records, from the start of the engine', Date.now() - begun);
    await stage.stop(engine);
    await stage.expectOnce();
    const { topicId, offsets } = await stage.committed(PARTITIONS);
    expect(topicId).toMatch(/^[0-9a-f]{32}$/);
    for (const { offset, metadata } of offsets) {
      expect(offset).toBe(500n);
      expect(metadata).toContain(`topic-id=${topicId}`);
    }
  });

  it('shares partitions, and works on what stays while others come and go', async () => {
    const stage = await stageOf(SAME);
    const two = [stage.start(), stage.start()];
    await stage.settled(two, PARTITIONS);
    const endWriting = stage.keepWriting(PARTITIONS, PACE_MS);
    await flowsOn(stage);
    const since = Date.now();
    const third = stage.start();
    await stage.settled([...two, third], PARTITIONS);
    report('a third engine joins', Date.now() - since);
    await flowsOn(stage);
    const leaves = Date.now();
    await stage.stop(third);
    await stage.settled(two, PARTITIONS);
    report('the third engine leaves', Date.now() - leaves);
    await flowsOn(stage);
    await endWriting();
    await stage.done();
    const moves = movesOf(stage, since);
    const moved = new Set(moves.map(({ partition }) => partition));
    expect(moved.size).toBeGreaterThan(0);
    for (const { partition, from, to } of moves) {
      report(`partition ${partition} moves`, to - from);
      for (let other = 0; other < PARTITIONS; other += 1) {
        if (moved.has(other)) continue;
        // What stays goes on while what moves waits for the other members.
        expect(commitsOf(stage, other).some(({ at }) => at > from && at < to)).toBe(true);
      }
    }
    await stage.expectOnce();
  });

  it('takes over from one that dies without a word, with a transaction open', async () => {
    const stage = await stageOf(SAME);
    const dying = stage.start();
    const other = stage.start();
    await stage.settled([dying, other], PARTITIONS);
    const endWriting = stage.keepWriting(PARTITIONS, PACE_MS);
    await stage.done();
    const orphans = [...dying.engine.member.owned];
    dying.ports.dieBefore('EndTxn');
    await until('the engine to die', () => dying.ports.diedAt !== undefined);
    const diedAt = dying.ports.diedAt ?? 0;
    const isBack = (partition: number): boolean =>
      (stage.output.read[partition]?.at(-1)?.at ?? 0) > diedAt + 1_000;
    await until('its partitions to go on', () => orphans.every(isBack));
    report('takeover from the dead', Date.now() - diedAt);
    expect(Date.now() - diedAt).toBeLessThan(30_000);
    await endWriting();
    await stage.done();
    await stage.expectOnce();
  });

  it('reads the partitions that its topic gets', async () => {
    const stage = await stageOf({ inputPartitions: 2, outputPartitions: PARTITIONS });
    stage.start();
    const endWriting = stage.keepWriting(2, PACE_MS);
    await until('records to come out', () => stage.output.count > 10);
    await stage.cluster.growTopic(stage.topics.input, PARTITIONS);
    await endWriting();
    const grown = Date.now();
    const endMore = stage.keepWriting(PARTITIONS, PACE_MS);
    const hasNew = (): boolean => stage.output.read.slice(2).every(({ length }) => length > 0);
    await until('the new partitions to be read', hasNew);
    report('new partitions are read', Date.now() - grown);
    expect(Date.now() - grown).toBeLessThan(30_000);
    await endMore();
    await stage.done();
    await stage.expectOnce();
  });

  it('begins anew with a topic that is created anew', async () => {
    const stage = await stageOf(SAME);
    stage.start();
    for (let partition = 0; partition < PARTITIONS; partition += 1)
      await stage.write(partition, 100);
    await stage.done();
    const before = stage.output.read.map(({ length }) => length);
    await stage.cluster.deleteTopic(stage.topics.input);
    await stage.created(PARTITIONS);
    const created = Date.now();
    for (let partition = 0; partition < PARTITIONS; partition += 1)
      await stage.write(partition, 70);
    const isNoticed = (): boolean =>
      stage.output.read.every(({ length }, partition) => length > (before[partition] ?? 0));
    await until('the new topic to be read', isNoticed);
    report('a topic that is created anew is read', Date.now() - created);
    expect(Date.now() - created).toBeLessThan(10_000);
    await stage.done();
    await stage.expectOnce();
    const { topicId, offsets } = await stage.committed(PARTITIONS);
    for (const { offset, metadata } of offsets) {
      expect(offset).toBe(70n);
      expect(metadata).toContain(`topic-id=${topicId}`);
    }
  });

  it('goes on slowly under quotas, and tells that it is throttled', async () => {
    const clientId = `throttled-${randomUUID()}`;
    const stage = await stageOf({ ...SAME, clientId });
    // What is read cannot be written meanwhile, however busy the machine is.
    await stage.setQuota({ producer_byte_rate: 3_000, consumer_byte_rate: 7_500 });
    // More than brokers let pass at once, which is what ten seconds would allow.
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      for (let batch = 0; batch < 5; batch += 1) await stage.write(partition, 50, 100);
    }
    const begun = Date.now();
    const { events } = stage.start();
    await stage.done();
    report('1,000 records under quotas', Date.now() - begun);
    const channels = events.map((event) =>
      event.kind === 'throttled' ? event.channel : undefined,
    );
    expect(channels).toContain('fetch');
    expect(channels).toContain('write');
    const outcomes = events.flatMap((event) =>
      event.kind === 'transaction' ? [event.outcome] : [],
    );
    expect(outcomes).not.toContain('aborted');
    await stage.expectOnce();
  });

  it.each([
    ['before it', true],
    ['after it', false],
  ])('refuses to share its group with a consumer of KIP-848 that came %s', async (_, isFirst) => {
    const stage = await stageOf(SAME);
    if (!stage.cluster.takesConsumers) return;
    const { input } = stage.topics;
    if (isFirst) await stage.cluster.joinByConsumerProtocol(stage.groupId, input);
    const running = stage.start();
    if (!isFirst) {
      await stage.settled([running], PARTITIONS);
      await stage.cluster.joinByConsumerProtocol(stage.groupId, input);
    }
    await until('the engine to fail', () => stage.failures.length > 0);
    expect(stage.failures).toEqual([expect.any(ForeignGroupError)]);
    const kind = 'consumer protocol (KIP-848)';
    expect(stage.failures).toMatchObject([{ kind, groupId: stage.groupId }]);
  });

  it('refuses a group whose members have another assignor, and names them', async () => {
    const stage = await stageOf(SAME);
    await stage.joinByKafkajs();
    stage.start();
    await until('the engine to fail', () => stage.failures.length > 0);
    expect(stage.failures).toMatchObject([
      {
        kind: 'another assignor',
        message: `The group "${stage.groupId}" belongs to another client: consumers with another assignor, "RoundRobinAssigner", client.id other`,
      },
    ]);
  });

  it('is not disturbed by a consumer with another assignor, which is refused', async () => {
    const stage = await stageOf(SAME);
    const running = stage.start();
    await stage.settled([running], PARTITIONS);
    await expect(stage.joinByKafkajs()).rejects.toMatchObject({
      type: 'INCONSISTENT_GROUP_PROTOCOL',
    });
    await stage.write(0, 10);
    await stage.done();
    await stage.expectOnce();
  });

  it('leaves the group as soon as it stops', async () => {
    const stage = await stageOf(SAME);
    const engine = stage.start();
    const endWriting = stage.keepWriting(PARTITIONS, PACE_MS);
    await until('records to come out', () => stage.output.count > 10);
    const begun = Date.now();
    await stage.stop(engine);
    report('stop', Date.now() - begun);
    expect(await stage.groupState()).toBe('Empty');
    expect(engine.engine.member.state).toBe('left');
    await endWriting();
    const next = stage.start();
    await stage.done();
    report('the next engine has caught up', Date.now() - begun);
    expect(next.engine.member.owned.size).toBe(PARTITIONS);
    await stage.expectOnce();
  });
});

/** Waits until every partition has put out a record that came in after now. */
async function flowsOn(stage: EngineStage): Promise<void> {
  const now = Date.now();
  await until('all partitions to go on', () =>
    stage.output.read.every((read) => (read.at(-1)?.at ?? 0) > now),
  );
}

/** @returns each time that an engine gave up a partition since a time, and when another one had its offset */
function movesOf(
  { engines }: EngineStage,
  since: number,
): readonly { readonly partition: number; readonly from: number; readonly to: number }[] {
  const events = engines.flatMap((engine) => engine.events).filter(({ at }) => at >= since);
  return events.flatMap((event) => {
    if (event.kind !== 'revoked') return [];
    return event.partitions.map((partition) => {
      const positioned = events.find(
        (it) => it.kind === 'positioned' && it.partition === partition && it.at >= event.at,
      );
      return { partition, from: event.at, to: positioned?.at ?? event.at };
    });
  });
}

function commitsOf({ engines }: EngineStage, partition: number): RunningEngine['events'] {
  return engines.flatMap(({ events }) =>
    events.filter((event) => event.kind === 'committed' && event.partition === partition),
  );
}
