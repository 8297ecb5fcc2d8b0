import type { Consumer } from 'kafkajs';
import { IdleConsumer } from '../consumer-protocol.ts';
import { isKafka3 } from '../release.ts';
import type { Scenario } from '../scenario.ts';
import { BESIDE, refuses, SidePipeline, stopped, UNAVAILABLE } from '../side-pipeline.ts';
import type { Stage } from '../stage.ts';

const FURTHER = 100;

const groupOfOthers: Scenario = {
  ...BESIDE,
  name: 'group-of-others',
  fault:
    'GROUP_ID has members of another client, with another assignor or of KIP-848: refused until they leave',
  attack: async (stage) => {
    await behindAnotherAssignor(stage);
    // There, KIP-848 has to be asked for.
    if (isKafka3(stage.release)) return 1;
    await besideConsumerProtocol(stage);
    return 3;
  },
};

async function behindAnotherAssignor(stage: Stage): Promise<void> {
  const side = await SidePipeline.open(stage);
  await side.write(FURTHER);
  const other = stage.cluster.kafka.consumer({ groupId: side.lane.group });
  try {
    await joins(stage, other, side.lane.input);
    await refuses(stage, await side.start(), UNAVAILABLE, 'GROUP_ID', 'another assignor');
  } finally {
    await other.disconnect();
  }
  await processesAll(side);
}

/** The coordinator lets it in beside a transformer, whichever comes first, and gives it some of the partitions. */
async function besideConsumerProtocol(stage: Stage): Promise<void> {
  const side = await SidePipeline.open(stage);
  await side.write(FURTHER);
  const { group, input } = side.lane;
  const join = (): Promise<IdleConsumer> => {
    return IdleConsumer.join(stage.nodes[0]?.address ?? '', group, input);
  };
  const first = await join();
  await refuses(stage, await side.start(), UNAVAILABLE, 'GROUP_ID', 'KIP-848');
  await first.leave();

  const service = await side.start();
  await side.done(service);
  const second = await join();
  await refuses(stage, service, UNAVAILABLE, 'GROUP_ID', 'KIP-848');
  await second.leave();
  await processesAll(side);
}

/** Has a consumer join its group, which reads what it is given and commits nothing. */
async function joins(stage: Stage, consumer: Consumer, topic: string): Promise<void> {
  let isMember = false;
  consumer.on(consumer.events.GROUP_JOIN, () => (isMember = true));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
  await stage.until('the other client to be a member', () => isMember);
}

/** The others are gone: a transformer does what is left, and what comes. */
async function processesAll(side: SidePipeline): Promise<void> {
  const service = await side.start();
  await side.write(FURTHER);
  await side.done(service);
  await stopped(service);
  await side.judge();
}

export const STRANGER_SCENARIOS: readonly Scenario[] = [groupOfOthers];
