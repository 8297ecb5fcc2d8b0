import { makeLoad } from '../../load.ts';
import { waitFor } from '../../wait-for.ts';
import { Feed } from '../feed.ts';
import { errorCodes } from '../kafka-answers.ts';
import { answeredAfter, reached } from '../marked-points.ts';
import type { Scenario } from '../scenario.ts';
import { BESIDE, metricOf, renamed, SidePipeline, stopped, warningsOf } from '../side-pipeline.ts';
import { lastWords } from '../stage.ts';
import type { Stage } from '../stage.ts';
import { heldInput } from '../verdict.ts';

/** New partitions have to be read within it. */
const GROWTH_MS = 30_000;
const FURTHER = 400;
/** More than there is time to write. */
const RECORDS = 20_000;
/** Records a second. */
const RATE = 100;

const growth: Scenario = {
  name: 'topics-grow',
  fault: 'input, output and dead letters get more partitions, twice, by different factors',
  smoke: true,
  brokers: 1,
  alone: false,
  transformers: 2,
  aggregators: 0,
  gapBoundMs: 10_000,
  deadLetterPartitions: 2,
  outputGrows: true,
  attack: async (stage) => {
    // At first the dead letters get as many as the input had at the start; then the output gets more than the input.
    await grow(stage, { input: 8, output: 8, deadLetter: 4 });
    await grow(stage, { input: 9, output: 12, deadLetter: 9 });
    return 2;
  },
};

async function grow(
  stage: Stage,
  counts: { readonly input: number; readonly output: number; readonly deadLetter: number },
): Promise<void> {
  const { input, output, deadLetter } = stage.lane;
  const before = (await stage.cluster.leaders(input)).length;
  await stage.cluster.admin.createPartitions({
    topicPartitions: [
      { topic: deadLetter, count: counts.deadLetter },
      { topic: output, count: counts.output },
      { topic: input, count: counts.input },
    ],
  });
  await stage.lookAgain();
  await stage.write(makeLoad(FURTHER, counts.input, `grown-to-${counts.input}`));
  // The others have no end: the feed goes on.
  await waitFor(
    'the new partitions to be read',
    async () => {
      const ends = await stage.cluster.ends(input);
      const committed = await stage.cluster.committed(stage.lane);
      return ends.every((end, partition) => partition < before || committed[partition] === end);
    },
    GROWTH_MS,
  );
}

/**
 * Brokers delete a group's offsets with their topic: those of a transaction that is under way then arrive afterwards. The coordinator
 * takes them in the same generation alone: until it has, no member may ask for another one, as the leader does that misses the topic.
 */
const createdAnew: Scenario = {
  name: 'input-created-anew',
  fault: 'the input is deleted while offsets of it are on their way, and created anew',
  smoke: true,
  brokers: 1,
  alone: false,
  transformers: 2,
  aggregators: 0,
  gapBoundMs: 15_000,
  attack: async (stage) => {
    const { cluster, lane, proxy } = stage;
    const written = await stage.rest();
    const held = await heldInput(cluster, lane, written);
    const ends = await cluster.ends(lane.input);
    await stage.until('each member to have its share', async () => {
      const shares = stage
        .members('transformer')
        .map(({ service }) => metricOf(service, 'consumer_assigned_partitions'));
      return (await Promise.all(shares)).every((share) => share === ends.length / shares.length);
    });
    // One batch, and so one transaction.
    const last = makeLoad(FURTHER, ends.length, 'last')
      .filter(({ partition }) => partition === 0)
      .map((record, index) => ({ ...record, offset: (ends[0] ?? 0) + index }));
    const late = proxy.holdFirst(
      (frame) =>
        stage.isOurs(frame) && frame.direction === 'request' && frame.api === 'TxnOffsetCommit',
    );
    await cluster.produce(lane.input, last);
    await reached(stage, late, 'offsets');
    // The leader misses the topic soon, and offsets of an older generation are refused.
    const joins = proxy.hold(
      (frame) => stage.isOurs(frame) && frame.direction === 'request' && frame.api === 'JoinGroup',
    );
    await cluster.admin.deleteTopics({ topics: [lane.input] });
    await cluster.createTopic(lane.input, ends.length);
    await stage.write(makeLoad(written.length, ends.length, 'anew'));
    // It arrives when the new topic has records that it would skip.
    const answer = await answeredAfter(stage, late);
    joins.release();
    await stage.lookAgain();
    // Refused, the records are what a topic loses that is deleted before they are read.
    const isTaken = errorCodes(answer).every((code) => code === 0);
    const gone = isTaken ? [...held, ...last] : held;
    stage.gone.push(...gone.map((record) => ({ ...record, topic: 'the first one' })));
    await stage.until('the new topic to be read', () => stage.cluster.isDone(lane));
    return isTaken ? 1 : 0;
  },
};

const retention: Scenario = {
  ...BESIDE,
  name: 'retention',
  fault:
    'all unread records are deleted while the group is stopped, and nothing follows for a while',
  attack: async (stage) => {
    const side = await SidePipeline.open(stage);
    const { input } = side.lane;
    const { admin } = stage.cluster;
    const first = await side.start();
    const read = await side.write(100);
    await side.done(first);
    await stopped(first);
    const { length: deleted } = await side.write(60);
    const ends = await stage.cluster.ends(input);
    await admin.deleteTopicRecords({
      topic: input,
      partitions: ends.map((end, partition) => ({ partition, offset: String(end) })),
    });
    const second = await side.start();
    await second.ready();
    await second.until('no lag', () => side.isDone());
    const counted = await metricOf(second, 'records_lost_total');
    if (counted !== deleted) throw new Error(`${deleted} records are gone, ${counted} are counted`);
    const told = warningsOf(second).filter((line) => line.includes('etention'));
    if (told.length !== ends.length) throw new Error(`it is told ${told.length} times`);
    const further = await side.write(100);
    await side.done(second);
    await stopped(second);
    await side.judge([...read, ...further]);
    return 1;
  },
};

const abortedUpstream: Scenario = {
  name: 'aborted-upstream',
  fault: 'an aborted transaction of a producer before us is the last thing in every partition',
  smoke: true,
  brokers: 1,
  alone: false,
  transformers: 1,
  aggregators: 0,
  gapBoundMs: 10_000,
  attack: async (stage) => {
    const { cluster, lane } = stage;
    await stage.rest();
    const producer = cluster.kafka.producer({
      transactionalId: `upstream-of-${lane.group}`,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    const partitions = (await cluster.leaders(lane.input)).length;
    const messages = [...makeLoad(FURTHER, partitions, 'aborted')];
    await transaction.send({ topic: lane.input, messages });
    await transaction.abort();
    await producer.disconnect();
    await stage.until('the group to pass it', () => cluster.isDone(lane));
    const [member] = stage.members('transformer');
    if (member === undefined) throw new Error('no transformer is running');
    await member.service.until(
      'no lag',
      async () => (await metricOf(member.service, 'consumer_lag_records')) === 0,
    );
    await nothingUnaccounted(stage);
    return partitions;
  },
};

/** An aggregator knows how many records there were by offsets alone, and those of aborted ones and markers are none. */
async function nothingUnaccounted(stage: Stage): Promise<void> {
  const { group, input } = stage.lane;
  const flow = { TRANSFORMER_GROUP_ID: group, TRANSFORMER_INPUT_TOPIC: input };
  const { service } = await stage.start('aggregator', flow);
  await service.ready();
  const unaccounted = await service.until('its first look at the group', async () => {
    const records = await metricOf(service, 'flow_unaccounted_records');
    return Number.isNaN(records) ? undefined : records;
  });
  if (unaccounted !== 0) throw new Error(`${unaccounted} records are unaccounted for`);
}

/** One partition of the output is on one broker only, which goes. */
const withoutLeader: Scenario = {
  ...BESIDE,
  name: 'output-without-leader',
  fault: 'one partition of the output has no leader: it waits and is named, the others go on',
  brokers: 3,
  alone: true,
  gapBoundMs: 30_000,
  attack: async (stage) => {
    const { cluster, nodes } = stage;
    const [lone, { id: other } = { id: 0 }] = nodes;
    if (lone === undefined) throw new Error('there is no broker');
    const made = await cluster.lane();
    const output = `${made.output}-lone`;
    await cluster.admin.createTopics({
      waitForLeaders: false,
      topics: [
        {
          topic: output,
          replicaAssignment: [
            { partition: 0, replicas: [lone.id] },
            ...[1, 2, 3].map((partition) => ({ partition, replicas: [other] })),
          ],
          configEntries: [
            { name: 'retention.ms', value: '-1' },
            { name: 'min.insync.replicas', value: '1' },
          ],
        },
      ],
    });
    await cluster.leaders(output);
    const settings = { ...made.settings, OUTPUT_TOPIC: output };
    const side = new SidePipeline(stage, { ...renamed(made, {}), output, settings });
    const service = await side.start();
    const feed = await Feed.start(side.lane.input, makeLoad(RECORDS, 4), RATE, stage.access);
    await stage.until('its first commit', async () => {
      return (await cluster.committed(side.lane)).every((offset) => offset > 0);
    });
    await lone.stop();
    try {
      const ends = await cluster.ends(side.lane.input);
      let committed: readonly number[] = [];
      await stage.until('the other partitions', async () => {
        committed = await cluster.committed(side.lane);
        return ends.every((end, partition) => partition === 0 || (committed[partition] ?? 0) > end);
      });
      if ((committed[0] ?? 0) > (ends[0] ?? 0)) {
        throw new Error('records of the partition without a leader count as written');
      }
      const isNamed = warningsOf(service).some((line) => /"partition":0\b/.test(line));
      if (!isNamed) throw new Error(`the partition that waits is not named: ${lastWords(service)}`);
    } finally {
      await lone.restart();
    }
    const written = await feed.stop();
    await side.done(service);
    await stopped(service);
    await side.judge(await heldInput(cluster, side.lane, written));
    return 1;
  },
};

export const TOPIC_SCENARIOS: readonly Scenario[] = [
  growth,
  createdAnew,
  abortedUpstream,
  retention,
  withoutLeader,
];
