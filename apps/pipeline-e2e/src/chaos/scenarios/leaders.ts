import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerNode } from '@login-pipeline/embedded-kafka';
import { errorCodes, producedTopics } from '../kafka-answers.ts';
import type { Scenario } from '../scenario.ts';
import { answeredAfter, reached } from '../marked-points.ts';
import type { Member, Stage } from '../stage.ts';

/** Other than the input's, so that the records of one batch go to several partitions, and these to every broker. */
const OUTPUT_PARTITIONS = 6;
/** Gathers enough records for that. */
const LINGER_MS = '1000';
const ROUNDS = 3;
/** A broker that has not heard of its successor yet takes the records: then it was no fault. */
const TRIES = 10;
const GENERATED_RATE = '400';

/**
 * Moves the leaders of one broker away while a send of records to all brokers is under way: that one refuses its
 * part, the others have taken theirs.
 */
async function refusePart(stage: Stage, sender: Member, topic: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const leaders = await stage.cluster.leaders(topic);
    const [loser] = stage.nodes.filter(({ id }) => id === leaders[0]);
    if (loser === undefined) throw new Error(`${topic} has no leader`);
    const part = stage.proxy.holdFirst(
      ({ direction, api, clientId, port, bytes }) =>
        direction === 'request' &&
        api === 'Produce' &&
        clientId === sender.clientId &&
        port === loser.proxied?.port &&
        producedTopics(bytes).includes(topic),
    );
    await reached(stage, part, 'a send');
    await moveLeaders(stage, topic, leaders, loser);
    if (errorCodes(await answeredAfter(stage, part)).some((code) => code !== 0)) return;
  }
  throw new Error('the broker took the records of partitions that it no longer leads');
}

/** The others lead, and hold, what one broker has led; it gets copies of what they have led, for the next time. */
async function moveLeaders(
  stage: Stage,
  topic: string,
  leaders: readonly number[],
  loser: BrokerNode,
): Promise<void> {
  const { cluster, nodes } = stage;
  const [heir = 0, third = 0] = nodes.map(({ id }) => id).filter((id) => id !== loser.id);
  const partitionAssignment = leaders.flatMap((leader, partition) =>
    leader === loser.id ? [{ partition, replicas: [heir, third] }] : [],
  );
  await cluster.admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
  await stage.until('the leaders to move', async () => {
    return !(await cluster.leaders(topic)).includes(loser.id);
  });
}

const outputLeaders: Scenario = {
  name: 'leaders-move',
  fault: 'leaders move during a send: one of three brokers refuses its part, two have taken theirs',
  smoke: false,
  brokers: 3,
  alone: false,
  transformers: 1,
  aggregators: 1,
  gapBoundMs: 15_000,
  outputPartitions: OUTPUT_PARTITIONS,
  settings: { LINGER_MS },
  attack: async (stage) => {
    const [sender] = stage.members('transformer');
    if (sender === undefined) throw new Error('no transformer is running');
    for (let round = 0; round < ROUNDS; round += 1) {
      await refusePart(stage, sender, stage.lane.output);
      await stage.progress(500);
    }
    return ROUNDS;
  },
};

/** The pipeline only runs beside it: what counts is that the topic holds what the generator says. */
const generatedLeaders: Scenario = {
  name: 'generator-leaders-move',
  fault: 'the same to the data generator: the topic has to hold what its truth file says',
  smoke: false,
  brokers: 3,
  alone: false,
  transformers: 1,
  aggregators: 0,
  gapBoundMs: 15_000,
  attack: async (stage) => {
    const folder = mkdtempSync(join(tmpdir(), 'chaos-truth-'));
    try {
      const topic = `${stage.lane.input}-generated`;
      await stage.cluster.createTopic(topic, OUTPUT_PARTITIONS);
      const truthFile = join(folder, 'truth.json');
      const sender = await stage.start('data-generator', {
        ...{ OUTPUT_TOPIC: topic, LINGER_MS, RATE: GENERATED_RATE, TRUTH_FILE: truthFile },
      });
      for (let round = 0; round < ROUNDS; round += 1) await refusePart(stage, sender, topic);
      const { exit } = await stage.stop(sender);
      if (exit !== 0) throw new Error(`SIGTERM ended the data-generator with ${exit}`);
      const truth = JSON.parse(readFileSync(truthFile, 'utf8')) as { readonly generated: number };
      const held = (await stage.cluster.ends(topic)).reduce((sum, end) => sum + end, 0);
      const missing = truth.generated - held;
      if (missing > 0) throw new Error(`${missing} of ${truth.generated} generated logins: lost`);
      if (missing < 0) throw new Error(`${-missing} generated logins: duplicated`);
      return ROUNDS;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

export const LEADER_SCENARIOS: readonly Scenario[] = [outputLeaders, generatedLeaders];
