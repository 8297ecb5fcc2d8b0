import { setTimeout as sleep } from 'node:timers/promises';
import { passesByDefault } from '../../expected-outcome.ts';
import { expectedOf, idOf } from '../../oracle.ts';
import { TopicReader } from '../../topic-reader.ts';
import type { Fault } from '../fault-proxy.ts';
import { errorCodes } from '../kafka-answers.ts';
import type { Api } from '../kafka-frames.ts';
import { limit } from '../quotas.ts';
import type { Scenario } from '../scenario.ts';
import {
  BESIDE,
  refuses,
  renamed,
  SidePipeline,
  stopped,
  UNAVAILABLE,
  warningsOf,
} from '../side-pipeline.ts';
import { lastWords } from '../stage.ts';

/** INVALID_PRODUCER_EPOCH and PRODUCER_FENCED. */
const FENCED: readonly number[] = [47, 90];
const OF_PRODUCERS: ReadonlySet<Api> = new Set([
  'Produce',
  'TxnOffsetCommit',
  'AddPartitionsToTxn',
  'AddOffsetsToTxn',
  'EndTxn',
]);
const FURTHER = 400;
const QUOTA_BYTES = 20_000;
const STALL_TIMEOUT_MS = 10_000;

const offsetAboveEnd: Scenario = {
  ...BESIDE,
  name: 'offset-above-end',
  fault: 'the group has committed an offset that the partition never had',
  attack: async (stage) => {
    const side = await SidePipeline.open(stage);
    await side.write(100);
    const { group: groupId, input: topic } = side.lane;
    const partitions = [{ partition: 0, offset: '1000' }];
    await stage.cluster.admin.setOffsets({ groupId, topic, partitions });
    await refuses(stage, await side.start(), UNAVAILABLE, 'positions');
    return 1;
  },
};

const offsetsGone: Scenario = {
  ...BESIDE,
  name: 'offsets-gone',
  fault: 'the offsets of a stopped group are deleted: all is read again, and that is told',
  attack: async (stage) => {
    const { cluster } = stage;
    const side = await SidePipeline.open(stage);
    const first = await side.start();
    const input = await side.write(100);
    await side.done(first);
    await stopped(first);
    await stage.until('the group to be empty', async () => {
      const deleted = await cluster.admin.deleteGroups([side.lane.group]).catch(() => undefined);
      return deleted !== undefined;
    });
    const second = await side.start();
    await side.done(second);
    await stopped(second);
    for (const [partition, end] of (await cluster.ends(side.lane.input)).entries()) {
      const words = [
        /earliest/,
        new RegExp(`"partition":${partition}\\b`),
        new RegExp(`\\b${end}\\b`),
      ];
      const isTold = warningsOf(second).some((line) => words.every((word) => word.test(line)));
      if (!isTold) {
        throw new Error(`partition ${partition}: not told that ${end} records are read again`);
      }
    }
    const { outputs, deadLetters } = expectedOf({
      ...{ topic: side.lane.input, input, passes: passesByDefault },
    });
    const found = [
      ...(await TopicReader.readAll(cluster, side.lane.output)).records,
      ...(await TopicReader.readAll(cluster, side.lane.deadLetter)).records,
    ];
    for (const id of [...outputs.keys(), ...deadLetters.keys()]) {
      const times = found.filter((record) => idOf(record) === id).length;
      if (times !== 2) throw new Error(`${id} has come out ${times} times, not twice`);
    }
    return 1;
  },
};

const sharedGroup: Scenario = {
  ...BESIDE,
  name: 'group-shared',
  fault: 'two transformers with one GROUP_ID read two topics',
  attack: async (stage) => {
    const one = await SidePipeline.open(stage);
    const lane = renamed(await stage.cluster.lane(), { group: one.lane.group });
    const other = new SidePipeline(stage, lane);
    const [first, second] = [await one.start(), await other.start()];
    await Promise.all([one.write(FURTHER), other.write(FURTHER)]);
    await stage.until('both topics, or a refusal', async () => {
      return second.exit !== undefined || ((await one.isDone()) && (await other.isDone()));
    });
    if (second.exit === undefined) {
      await stopped(second);
      await other.judge();
    } else {
      await refuses(stage, second, UNAVAILABLE, 'GROUP_ID');
    }
    await one.done(first);
    await stopped(first);
    await one.judge();
    return 1;
  },
};

/** Names whose parts fall together when they are joined by dots. */
const similarNames: Scenario = {
  ...BESIDE,
  name: 'names-alike',
  fault: 'GROUP_ID=g reads eu.topic beside GROUP_ID=g.eu, which reads topic',
  attack: async (stage) => {
    const [made, further] = [await stage.cluster.lane(), await stage.cluster.lane()];
    const input = `eu.${made.input}`;
    await stage.cluster.createTopic(input, 4);
    const pipelines = [
      new SidePipeline(stage, renamed(made, { group: `${further.group}.eu` })),
      new SidePipeline(stage, renamed(further, { input })),
    ];
    let fencings = 0;
    const watch: Fault = (frame) => {
      const isAnswer = frame.direction === 'response' && OF_PRODUCERS.has(frame.api);
      if (!isAnswer || !stage.isOurs(frame)) return 'pass';
      if (errorCodes(frame).some((code) => FENCED.includes(code))) fencings += 1;
      return 'pass';
    };
    const services = await Promise.all(pipelines.map((pipeline) => pipeline.start()));
    await Promise.all(services.map((service) => service.ready()));
    const remove = stage.proxy.inject(watch);
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(pipelines.map((pipeline) => pipeline.write(100)));
      for (const [index, pipeline] of pipelines.entries()) {
        const service = services[index];
        if (service !== undefined) await pipeline.done(service);
      }
    }
    remove();
    await Promise.all(services.map(stopped));
    for (const pipeline of pipelines) await pipeline.judge();
    if (fencings > 0) throw new Error(`they have fenced each other ${fencings} times`);
    return 1;
  },
};

const quota: Scenario = {
  name: 'quota',
  fault: `the transformer may read and write ${QUOTA_BYTES / 1_000} kB/s for longer than a stall lasts`,
  smoke: false,
  brokers: 1,
  alone: false,
  transformers: 1,
  aggregators: 0,
  // What one fetch brings may take a minute at this pace.
  gapBoundMs: 90_000,
  mayExit: [],
  settings: { STALL_TIMEOUT_MS: String(STALL_TIMEOUT_MS) },
  attack: async (stage) => {
    const [member] = stage.members('transformer');
    if (member === undefined) throw new Error('no transformer is running');
    await limit(stage, member, QUOTA_BYTES);
    try {
      await sleep(4 * STALL_TIMEOUT_MS);
      await stage.progress(1);
    } finally {
      await limit(stage, member, undefined);
    }
    const isTold = warningsOf(member.service).some((line) => /throttled by a quota/i.test(line));
    if (!isTold) throw new Error(`it does not say why: ${lastWords(member.service)}`);
    return 1;
  },
};

export const GROUP_SCENARIOS: readonly Scenario[] = [
  offsetAboveEnd,
  offsetsGone,
  sharedGroup,
  similarNames,
  quota,
];
