import { ENGINE_BUGS } from '@login-pipeline/planting';
import type { EngineBug } from '@login-pipeline/planting';
import { DUPLICATED, LOST } from '../oracle.ts';

/** A known-bad variant of a service: fragments of its source, each replaced. */
export interface PlantedBug extends EngineBug {
  /** The scenario that has to catch it. */
  readonly scenario: string;
  /** The fault that has to be found: whatever else goes wrong is not the bug. */
  readonly symptom: RegExp;
}

const KEEPER = 'libs/streams/src/fold/state-keeper.ts';
const FOLD_LANE = 'libs/streams/src/fold/fold-lane.ts';
const MEMBER = 'libs/streams/src/group/member.ts';
const GENERATED = 'libs/streams/src/writing/idempotent-producer.ts';

const LOST_OR_DUPLICATED = new RegExp(`${LOST.source}|${DUPLICATED.source}`);

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    ...ENGINE_BUGS.commitBeforeProduce,
    scenario: 'zombie-produce',
    symptom: LOST,
  },
  {
    ...ENGINE_BUGS.endTxnRetried,
    scenario: 'late-end-txn',
    symptom: LOST_OR_DUPLICATED,
  },
  {
    ...ENGINE_BUGS.deadLetterOutside,
    scenario: 'end-txn-request',
    symptom: DUPLICATED,
  },
  {
    ...ENGINE_BUGS.offsetWithoutPlusOne,
    scenario: 'sigterm',
    symptom: /^the group has committed/,
  },
  {
    ...ENGINE_BUGS.filteredNotAdvancing,
    scenario: 'sigterm',
    symptom: /^the group has committed/,
  },
  {
    ...ENGINE_BUGS.offsetsNotStable,
    scenario: 'zombie-late-commit',
    symptom: DUPLICATED,
  },
  {
    ...ENGINE_BUGS.offsetsWithoutGeneration,
    scenario: 'zombie-offset',
    symptom: DUPLICATED,
  },
  {
    ...ENGINE_BUGS.stalePartitionCounts,
    scenario: 'topics-grow',
    symptom: /^Waited \d+ ms in vain for the new partitions to be read/,
  },
  {
    ...ENGINE_BUGS.offsetWithoutTopicId,
    scenario: 'input-created-anew',
    symptom: LOST,
  },
  {
    name: 'snapshot-without-offset',
    bug: 'state and offset are kept apart: the state by snapshot, the offset by the group',
    // Half of the time the snapshot is no older than the offset: three kills may all fall there.
    scenario: 'kill-long',
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
    ...ENGINE_BUGS.abortOnLostAnswer,
    scenario: 'end-txn-response',
    symptom: DUPLICATED,
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
