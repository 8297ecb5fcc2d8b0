import type { Patch, Planted } from './planting.ts';

/** A known-bad variant of the engine. */
export interface EngineBug extends Planted {
  /** What the bug is. */
  readonly bug: string;
}

const PRODUCER = 'libs/streams/src/transactions/transactional-producer.ts';
const LINES = 'libs/streams/src/transactions/lines.ts';
const ENTRY = 'libs/streams/src/transform/entry.ts';
const LANE = 'libs/streams/src/transform/lane.ts';
const TARGET = 'libs/streams/src/transform/target-partition.ts';
const POSITIONS = 'libs/streams/src/positions/positions.ts';
const RESUME = 'libs/streams/src/positions/resume.ts';

const OFFSET = 'offset: { topic, partition, offset, leaderEpoch, metadata },';
const PRODUCE = 'return produce(this.#options.cluster, identity, writes, state, addsPartitions);';

/** A producer writes on after a broker was away. */
export const TRUST_LINES: Patch = {
  file: LINES,
  fragment: 'if (line === undefined) return true;',
  replacement: 'if (line?.broker !== -2) return true;',
};

/** Those that both have to find: schedules on the simulated cluster, and faults against the built services. */
export const ENGINE_BUGS = {
  commitBeforeProduce: {
    name: 'commit-before-produce',
    bug: 'the offset is committed before the outputs are written',
    patches: [
      {
        file: PRODUCER,
        fragment: 'const identity = this.#identity;',
        replacement: 'let identity = this.#identity;',
      },
      {
        file: PRODUCER,
        fragment: 'const written = isImplicit',
        replacement:
          'await this.#commitOffsets(identity, commit, isImplicit);\n' +
          '    identity = await this.#end(identity, isImplicit);\n    const written = isImplicit',
      },
    ],
  },
  endTxnRetried: {
    name: 'end-txn-retried',
    bug: 'EndTxn is sent again on the old epoch, and that is used on although the connection broke',
    patches: [
      TRUST_LINES,
      {
        file: PRODUCER,
        fragment: 'const ended = await askCoordinator(',
        replacement:
          'const again = async (error: Error) => {\n' +
          "      if (error.name !== 'UnansweredError') throw error;\n" +
          "      return askCoordinator(cluster, transactionalId, 'EndTxn', { ...identity, commit: true, bumpsEpoch });\n" +
          '    };\n    const ended = await retried(again,',
      },
      {
        file: PRODUCER,
        fragment: '/** Like Promise.all, but',
        replacement:
          'async function retried(again: any, ...asked: any[]): Promise<any> {\n' +
          '  return (askCoordinator as any)(...asked).catch(again).catch(again).catch(again);\n}\n\n' +
          '/** Like Promise.all, but',
      },
    ],
  },
  deadLetterOutside: {
    name: 'dead-letter-outside',
    bug: 'dead letters are written outside the transaction',
    patches: [
      {
        file: PRODUCER,
        fragment: PRODUCE,
        replacement:
          'const { cluster } = this.#options;\n' +
          '    const isDead = (write: Write) => write.topic.includes("dead-letter");\n' +
          '    const stamp = { producerId: -1n, epoch: -1, baseSequence: -1 };\n' +
          '    const outside = writes.filter(isDead).map(async ({ topic, partition, batches }) => {\n' +
          '      for (const batch of batches) {\n' +
          '        const partitions = [{ topic, partition, batch, stamp }];\n' +
          '        const request = { transactionalId: undefined, addsPartitions: false, timeoutMs: 5_000, partitions };\n' +
          "        await cluster.send(cluster.leader(topic, partition)!.broker, 'Produce', request, { channel: 'write' });\n" +
          '      }\n    });\n' +
          '    const inside = writes.filter((write) => !isDead(write));\n' +
          '    return Promise.all(outside)\n' +
          '      .then(() => produce(cluster, identity, inside, state, addsPartitions))\n' +
          '      .then((written) => writes.map((write) => written[inside.indexOf(write)] ?? { ...write, baseOffsets: [] }));',
      },
    ],
  },
  offsetWithoutPlusOne: {
    name: 'offset-without-plus-one',
    bug: 'the last offset is committed instead of the next',
    patches: [
      {
        file: LANE,
        fragment: OFFSET,
        replacement:
          'offset: { topic, partition, offset: offset > 0n ? offset - 1n : offset, leaderEpoch, metadata },',
      },
    ],
  },
  filteredNotAdvancing: {
    name: 'filtered-not-advancing',
    bug: 'records that the filter drops do not advance the offset',
    patches: [
      {
        file: LANE,
        fragment: OFFSET,
        replacement:
          'offset: { topic, partition, offset: offset - BigInt(flow.dropped - (this.#committed?.flow.dropped ?? 0)), leaderEpoch, metadata },',
      },
    ],
  },
  offsetsNotStable: {
    name: 'offsets-not-stable',
    bug: 'a member reads offsets that a transaction may still move',
    patches: [
      { file: POSITIONS, fragment: 'requireStable: true', replacement: 'requireStable: false' },
    ],
  },
  offsetsWithoutGeneration: {
    name: 'offsets-without-generation',
    bug: 'offsets are committed without member and generation',
    patches: [
      {
        file: PRODUCER,
        fragment: '{ ...identity, ...group, addsOffsets, offsets }',
        replacement:
          "{ ...identity, ...group, memberId: '', generation: -1, addsOffsets, offsets }",
      },
    ],
  },
  stalePartitionCounts: {
    name: 'stale-partition-counts',
    bug: 'the partition count of the input is that of the start',
    patches: [
      {
        file: TARGET,
        fragment: 'if (input.partitions === target.partitions) return source;',
        replacement:
          'counts.count ||= input.partitions;\n  if (counts.count === target.partitions) return source;',
      },
      {
        file: TARGET,
        fragment: 'export function targetPartition(',
        replacement: 'const counts = { count: 0 };\n\nexport function targetPartition(',
      },
    ],
  },
  offsetWithoutTopicId: {
    name: 'offset-without-topic-id',
    bug: 'the offset of a topic is taken for that of another one of the same name',
    patches: [
      {
        file: RESUME,
        fragment: 'if (isKnown && committed.topicId !== topicId) ',
        replacement: 'if (isKnown && committed.topicId === undefined) ',
      },
    ],
  },
  abortOnLostAnswer: {
    name: 'abort-on-lost-answer',
    bug: 'a lost answer to EndTxn counts as an abort: the batch is written again unseen',
    patches: [
      {
        file: ENTRY,
        fragment:
          "if (committed?.offset === offset.offset && committed.topicId === topicId) return 'committed';",
        replacement: 'if (offset !== undefined) return undefined;',
      },
    ],
  },
} as const satisfies Readonly<Record<string, EngineBug>>;
