import type { Patch, Planted } from '@login-pipeline/tools/planting';

/** A known-bad variant of the engine, which schedules have to show. */
export interface PlantedBug extends Planted {
  /** What the bug is. */
  readonly bug: string;
  /** What has to be found: whatever else goes wrong is not the bug. */
  readonly symptom: RegExp;
}

const LOST = /^lost/;
const DUPLICATED = /^duplicated/;
const LOST_OR_DUPLICATED = /^(lost|duplicated)/;
const STUCK = /^stuck/;

const PRODUCER = 'libs/streams/src/transactions/transactional-producer.ts';
const LINES = 'libs/streams/src/transactions/lines.ts';
const ENTRY = 'libs/streams/src/transform/entry.ts';
const LANE = 'libs/streams/src/transform/lane.ts';
const TARGET = 'libs/streams/src/transform/target-partition.ts';
const POSITIONS = 'libs/streams/src/positions/positions.ts';
const RESUME = 'libs/streams/src/positions/resume.ts';
const MEMBER = 'libs/streams/src/group/member.ts';

const TRUST_LINES: Patch = {
  file: LINES,
  fragment: 'if (line === undefined) return true;',
  replacement: 'if (line?.broker !== -2) return true;',
};

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'end-txn-retried',
    bug: 'EndTxn is sent again on the old epoch, and that is used on although the connection broke',
    symptom: LOST_OR_DUPLICATED,
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
  {
    name: 'lost-answer-is-an-abort',
    bug: 'a lost answer to EndTxn counts as an abort',
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
    name: 'lost-answer-is-a-commit',
    bug: 'a lost answer to EndTxn counts as a commit',
    symptom: LOST,
    patches: [
      {
        file: ENTRY,
        fragment: 'return isBefore ? undefined : ',
        replacement: "return isBefore ? 'committed' : ",
      },
    ],
  },
  {
    name: 'offsets-not-stable',
    bug: 'a member reads offsets that a transaction may still move',
    symptom: DUPLICATED,
    patches: [
      { file: POSITIONS, fragment: 'requireStable: true', replacement: 'requireStable: false' },
    ],
  },
  {
    name: 'offsets-without-generation',
    bug: 'offsets are committed without member and generation',
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
    name: 'old-entries-kept',
    bug: 'what was planned before a partition was lost is committed after it was assigned again',
    symptom: DUPLICATED,
    patches: [
      {
        file: LANE,
        fragment: 'isCurrent: () => !this.#isOver()',
        replacement: 'isCurrent: () => true',
      },
    ],
  },
  {
    name: 'stale-partition-counts',
    bug: 'the partition count of the input is that of the start',
    symptom: STUCK,
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
    name: 'no-epoch-check',
    bug: 'nothing is asked of the leader epoch: a truncated log looks as if it had only grown',
    symptom: LOST,
    patches: [
      {
        file: POSITIONS,
        fragment: 'if (leaderEpoch === ANY_EPOCH) return undefined;',
        replacement: 'if (leaderEpoch !== undefined) return undefined;',
      },
    ],
  },
  {
    name: 'last-offset-committed',
    bug: 'the last offset is committed instead of the next',
    symptom: STUCK,
    patches: [
      {
        file: LANE,
        fragment: 'offset: { topic, partition, offset, leaderEpoch, metadata },',
        replacement: 'offset: { topic, partition, offset: offset - 1n, leaderEpoch, metadata },',
      },
    ],
  },
  {
    name: 'not-ended-again',
    bug: 'markers that a broker has lost (KAFKA-20734) are not written again',
    symptom: LOST_OR_DUPLICATED,
    patches: [
      {
        file: PRODUCER,
        fragment: 'if (!this.#isSure()) await this.#settle();',
        replacement: '',
      },
    ],
  },
  {
    name: 'broken-lines-trusted',
    bug: 'a producer writes on after a broker was away, though markers may be lost (KAFKA-20734)',
    symptom: LOST,
    patches: [TRUST_LINES],
  },
  {
    name: 'growth-unseen',
    bug: 'members do not look whether the topic has grown',
    symptom: STUCK,
    patches: [
      {
        file: MEMBER,
        fragment: '?.partitions ?? 0) !== this.#joinedWith) return;',
        replacement: '?.partitions ?? 0) === -1) return;',
      },
    ],
  },
];
