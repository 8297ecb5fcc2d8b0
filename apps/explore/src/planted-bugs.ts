import { ENGINE_BUGS, TRUST_LINES } from '@login-pipeline/planting';
import type { EngineBug } from '@login-pipeline/planting';

/** A known-bad variant of the engine, which schedules have to show. */
export interface PlantedBug extends EngineBug {
  /** What has to be found: whatever else goes wrong is not the bug. */
  readonly symptom: RegExp;
}

const LOST = /^lost/;
const DUPLICATED = /^duplicated/;
const LOST_OR_DUPLICATED = /^(lost|duplicated)/;
const STUCK = /^stuck/;

const PRODUCER = 'libs/streams/src/transactions/transactional-producer.ts';
const ENTRY = 'libs/streams/src/transform/entry.ts';
const LANE = 'libs/streams/src/transform/lane.ts';
const POSITIONS = 'libs/streams/src/positions/positions.ts';
const MEMBER = 'libs/streams/src/group/member.ts';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  { ...ENGINE_BUGS.commitBeforeProduce, symptom: LOST },
  { ...ENGINE_BUGS.deadLetterOutside, symptom: DUPLICATED },
  { ...ENGINE_BUGS.filteredNotAdvancing, symptom: LOST_OR_DUPLICATED },
  { ...ENGINE_BUGS.endTxnRetried, symptom: LOST_OR_DUPLICATED },
  { ...ENGINE_BUGS.abortOnLostAnswer, symptom: DUPLICATED },
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
  { ...ENGINE_BUGS.offsetsNotStable, symptom: DUPLICATED },
  { ...ENGINE_BUGS.offsetsWithoutGeneration, symptom: DUPLICATED },
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
  { ...ENGINE_BUGS.stalePartitionCounts, symptom: STUCK },
  { ...ENGINE_BUGS.offsetWithoutTopicId, symptom: LOST },
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
  { ...ENGINE_BUGS.offsetWithoutPlusOne, symptom: STUCK },
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
