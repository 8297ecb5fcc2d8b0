import type { Patch, Planted } from '@login-pipeline/tools/planting';
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

const PRODUCER = 'libs/kafka/src/transactions/partition-producer.ts';
const OWNERS = 'libs/kafka/src/transactions/partition-owners.ts';
const TRANSACTIONAL = 'libs/kafka/src/transactions/transactional-consumer.ts';
const SNAPSHOTS = 'libs/kafka/src/snapshots/snapshot-consumer.ts';
const MEMBER = 'libs/kafka/src/group/membership.ts';
const GENERATED = 'libs/kafka/src/client/producer.ts';
const PLAN = 'libs/streams/src/plan/plan.ts';

const SEND = 'await transaction.sendBatch({ compression, topicMessages });';
const OPEN = 'return new PartitionProducer(source, producer, await producer.transaction());';
const TRUST_FETCH: Patch = {
  file: OWNERS,
  fragment: 'if (start === fetchedOffset) return ownership;',
  replacement: 'if (start !== undefined) return ownership;',
};

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'commit-before-produce',
    bug: 'the offset is committed before the outputs are written',
    scenario: 'zombie-produce',
    symptom: LOST,
    patches: [
      {
        file: PRODUCER,
        fragment:
          'const transaction = this.#transaction;\n    await this.#sendOffset(transaction, position);',
        replacement:
          'await this.#sendOffset(this.#transaction, position);\n    await this.#transaction.commit();\n' +
          '    const transaction = await this.#producer.transaction();',
      },
    ],
  },
  {
    name: 'resolve-before-commit',
    bug: 'the position moves before the commit, and is trusted after an abort',
    scenario: 'end-txn-request',
    symptom: LOST,
    patches: [
      TRUST_FETCH,
      {
        file: TRANSACTIONAL,
        fragment: 'const written = await owned.producer.commit(',
        replacement: 'batch.resolve();\n    const written = await owned.producer.commit(',
      },
      {
        file: TRANSACTIONAL,
        fragment: 'this.#consumer.seek(partition, batch.fetchedOffset);',
        replacement: '',
      },
    ],
  },
  {
    name: 'offset-before-fence',
    bug: 'the committed offset is read before the last owner is fenced',
    scenario: 'zombie-late-commit',
    symptom: DUPLICATED,
    patches: [
      {
        file: OWNERS,
        fragment: 'await this.#endLast(source);',
        replacement:
          'const committed = await group.committed(partition);\n    await this.#endLast(source);',
      },
      {
        file: OWNERS,
        fragment:
          'this.#owned.set(partition, ownership);\n\n    const committed = await group.committed(partition);',
        replacement: 'this.#owned.set(partition, ownership);',
      },
    ],
  },
  {
    name: 'no-fence',
    bug: 'every process has transactional ids of its own',
    scenario: 'zombie-end',
    symptom: DUPLICATED,
    patches: [
      {
        file: PRODUCER,
        fragment: 'return transactionalIdPrefix(source) + String(source.partition);',
        replacement: 'return `${transactionalIdPrefix(source)}${source.partition}.${process.pid}`;',
      },
    ],
  },
  {
    name: 'end-txn-retried',
    bug: 'EndTxn is sent again on the old epoch',
    scenario: 'late-end-txn',
    symptom: LOST,
    patches: [
      {
        file: PRODUCER,
        fragment: OPEN,
        replacement:
          "const { createRequire } = await import('node:module');\n" +
          "      const { setTimeout: sleep } = await import('node:timers/promises');\n" +
          "      const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker');\n" +
          '      if (!prototype.retriesEndTxn) {\n' +
          '        const endTxn = prototype.endTxn;\n' +
          '        prototype.retriesEndTxn = true;\n' +
          '        prototype.endTxn = async function (request: unknown) {\n' +
          '          for (let tries = 0; tries < 5; tries += 1) {\n' +
          '            try { return await endTxn.call(this, request); } catch { await sleep(100); }\n' +
          '          }\n' +
          '          return endTxn.call(this, request);\n' +
          '        };\n' +
          `      }\n      ${OPEN}`,
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
        fragment: SEND,
        replacement:
          'for (const send of topicMessages) ' +
          'await (send.topic.includes("dead-letter") ? outside : transaction).send(send);',
      },
      {
        file: PRODUCER,
        fragment: 'await producer.connect();',
        replacement:
          'await producer.connect();\n      outside = kafka.producer({ allowAutoTopicCreation: false, ' +
          'createPartitioner: keepPartition(source) });\n      await outside.connect();',
      },
      {
        file: PRODUCER,
        fragment: 'async function disconnectQuietly(',
        replacement: 'let outside: Producer;\n\nasync function disconnectQuietly(',
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
        file: TRANSACTIONAL,
        fragment: '{ nextOffset, metadata });',
        replacement: '{ nextOffset: nextOffset - 1n, metadata });',
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
        file: PLAN,
        fragment: '    nextOffset,\n    dropped,',
        replacement: '    nextOffset: nextOffset - BigInt(dropped),\n    dropped,',
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
        file: SNAPSHOTS,
        fragment: 'owned.nextOffset = nextOffset;\n',
        replacement:
          'owned.nextOffset = nextOffset;\n    this.#consumer.commit([{ partition, nextOffset }]);\n',
      },
      {
        file: SNAPSHOTS,
        fragment: 'start: startOf(',
        replacement: 'start: committed.get(partition)?.nextOffset ?? startOf(',
      },
    ],
  },
  {
    name: 'abort-on-lost-answer',
    bug: 'a lost answer to EndTxn counts as an abort: the batch is written again unseen',
    scenario: 'end-txn-response',
    symptom: DUPLICATED,
    patches: [TRUST_FETCH],
  },
  {
    name: 'failed-send-repeated',
    bug: 'kafkajs may repeat a send of which one broker refused its part',
    scenario: 'leaders-move',
    symptom: new RegExp(`${LOST.source}|${DUPLICATED.source}`),
    patches: [{ file: PRODUCER, fragment: 'retry: { retries: 0 },', replacement: '' }],
  },
  {
    name: 'send-to-many-partitions',
    bug: 'the data generator sends to several partitions at once, and kafkajs repeats it',
    scenario: 'generator-leaders-move',
    symptom: /generated logins: lost$/,
    patches: [
      {
        file: GENERATED,
        fragment: 'await Promise.all(Object.values(groups).map(sendAll));',
        replacement: 'await sendAll(Object.values(groups).flat());',
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
        fragment: "this.#provenAt = now;\n    this.#change('member', now);",
        replacement: 'this.#provenAt = now;',
      },
    ],
  },
];
