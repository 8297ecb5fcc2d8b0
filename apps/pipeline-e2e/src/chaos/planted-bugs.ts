import type { Planted } from '@login-pipeline/tools/planting';
import { DUPLICATED, LOST } from '../oracle.ts';

/** A known-bad variant of a service: fragments of its source, each replaced. */
export interface PlantedBug extends Planted {
  /** What the bug is, for the table. */
  readonly bug: string;
  /** The scenario that has to catch it. */
  readonly scenario: string;
  /** The fault that has to be found: whatever else goes wrong is not the bug. */
  readonly symptom: RegExp;
}

const PRODUCER = 'libs/streams/src/transactions/transactional-producer.ts';
const LINES = 'libs/streams/src/transactions/lines.ts';
const ENTRY = 'libs/streams/src/transform/entry.ts';
const LANE = 'libs/streams/src/transform/lane.ts';
const TARGET = 'libs/streams/src/transform/target-partition.ts';
const POSITIONS = 'libs/streams/src/positions/positions.ts';
const RESUME = 'libs/streams/src/positions/resume.ts';
const KEEPER = 'libs/streams/src/fold/state-keeper.ts';
const FOLD_LANE = 'libs/streams/src/fold/fold-lane.ts';
const MEMBER = 'libs/streams/src/group/member.ts';
const GENERATED = 'libs/streams/src/writing/idempotent-producer.ts';

const OFFSET = 'offset: { topic, partition, offset, leaderEpoch, metadata },';
const PRODUCE = 'return produce(this.#options.cluster, identity, writes, state, addsPartitions);';
const LOST_OR_DUPLICATED = new RegExp(`${LOST.source}|${DUPLICATED.source}`);

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'commit-before-produce',
    bug: 'the offset is committed before the outputs are written',
    scenario: 'zombie-produce',
    symptom: LOST,
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
  {
    name: 'end-txn-retried',
    bug: 'EndTxn is sent again on the old epoch, and that is used on although the connection broke',
    scenario: 'late-end-txn',
    symptom: LOST_OR_DUPLICATED,
    patches: [
      {
        file: LINES,
        fragment: 'if (line === undefined) return true;',
        replacement: 'if (line?.broker !== -2) return true;',
      },
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
  {
    name: 'dead-letter-outside',
    bug: 'dead letters are written outside the transaction',
    scenario: 'end-txn-request',
    symptom: DUPLICATED,
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
  {
    name: 'offset-without-plus-one',
    bug: 'the last offset is committed instead of the next',
    scenario: 'sigterm',
    symptom: /^the group has committed/,
    patches: [
      {
        file: LANE,
        fragment: OFFSET,
        replacement:
          'offset: { topic, partition, offset: offset > 0n ? offset - 1n : offset, leaderEpoch, metadata },',
      },
    ],
  },
  {
    name: 'filtered-not-advancing',
    bug: 'records that the filter drops do not advance the offset',
    scenario: 'sigterm',
    symptom: /^the group has committed/,
    patches: [
      {
        file: LANE,
        fragment: OFFSET,
        replacement:
          'offset: { topic, partition, offset: offset - BigInt(flow.dropped - (this.#committed?.flow.dropped ?? 0)), leaderEpoch, metadata },',
      },
    ],
  },
  {
    name: 'offsets-not-stable',
    bug: 'a member reads offsets that a transaction may still move',
    scenario: 'zombie-late-commit',
    symptom: DUPLICATED,
    patches: [
      { file: POSITIONS, fragment: 'requireStable: true', replacement: 'requireStable: false' },
    ],
  },
  {
    name: 'offsets-without-generation',
    bug: 'offsets are committed without member and generation',
    scenario: 'zombie-offset',
    symptom: DUPLICATED,
    patches: [
      {
        file: PRODUCER,
        fragment: '{ ...identity, ...group, addsOffsets, offsets }',
        replacement:
          "{ ...identity, ...group, memberId: '', generation: -1, addsOffsets, offsets }",
      },
    ],
  },
  {
    name: 'stale-partition-counts',
    bug: 'the partition count of the input is that of the start',
    scenario: 'topics-grow',
    symptom: /^Waited \d+ ms in vain for the new partitions to be read/,
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
  {
    name: 'offset-without-topic-id',
    bug: 'the offset of a topic is taken for that of another one of the same name',
    scenario: 'input-created-anew',
    symptom: LOST,
    patches: [
      {
        file: RESUME,
        fragment: 'if (isKnown && committed.topicId !== topicId) ',
        replacement: 'if (isKnown && committed.topicId === undefined) ',
      },
    ],
  },
  {
    name: 'snapshot-without-offset',
    bug: 'state and offset are kept apart: the state by snapshot, the offset by the group',
    scenario: 'kill',
    symptom: /^insights:/,
    patches: [
      {
        file: KEEPER,
        fragment: 'await this.save(lanes);',
        replacement:
          'for (const [partition, { standing }] of lanes()) {\n' +
          '        if (standing === undefined) continue;\n' +
          '        const { topic } = this.#options;\n' +
          '        const { offset, leaderEpoch } = standing;\n' +
          "        this.#uncommitted.set(partition, { topic, partition, offset, leaderEpoch, metadata: '' });\n" +
          '      }\n' +
          '      await this.commit();\n' +
          '      await this.#alarm.sleep(intervalMs);\n' +
          '      await this.save(lanes);',
      },
      {
        file: FOLD_LANE,
        fragment: "const offset = verdict === 'obeyed' ? (committed?.offset ?? start) : start;",
        replacement: 'const offset = committed?.offset ?? start;',
      },
    ],
  },
  {
    name: 'abort-on-lost-answer',
    bug: 'a lost answer to EndTxn counts as an abort: the batch is written again unseen',
    scenario: 'end-txn-response',
    symptom: DUPLICATED,
    patches: [
      {
        file: ENTRY,
        fragment:
          "if (committed?.offset === offset.offset && committed.topicId === topicId) return 'committed';",
        replacement: 'if (offset !== undefined) return undefined;',
      },
    ],
  },
  {
    name: 'partial-answer-is-whole',
    bug: 'the data generator takes what was sent with an acknowledged batch as acknowledged',
    scenario: 'generator-leaders-move',
    // What is left out makes the next number one too many.
    symptom: /generated logins: lost$|ended the data-generator with 69/,
    patches: [
      {
        file: GENERATED,
        fragment: 'left = left.filter((sent) => !written.has(sent));',
        replacement: 'left = written.size > 0 ? [] : left;',
      },
    ],
  },
  {
    name: 'member-by-assignment-only',
    bug: 'a member that goes on without joining anew stays unready',
    scenario: 'coordinator-in-doubt',
    symptom: /did not get to "ready"/,
    patches: [
      {
        file: MEMBER,
        fragment: "if (error === 'NONE') {\n        this.#provenAt = clock.now();",
        replacement:
          "if (error === 'NONE') {\n        this.#provenAt = this.#provenAt || clock.now();",
      },
    ],
  },
];
