import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerNode, KafkaRelease } from '@login-pipeline/embedded-kafka';
import type { Access } from '../cluster.ts';
import type { InputRecord } from '../load.ts';
import { SeededRandom } from '../seeded-random.ts';
import { TopicReader } from '../topic-reader.ts';
import { waitFor } from '../wait-for.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { Feed } from './feed.ts';
import { openLane } from './lane.ts';
import { ProgressMeter } from './progress-meter.ts';
import type { Scenario } from './scenario.ts';
import { Stage } from './stage.ts';
import { judgeInsights, judgeRecords } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** Records a second: enough to keep every partition busy all the time, on a small machine beside other scenarios. */
const RATE = 400;
const PARTITIONS = 4;
const SMOKE_LIMIT_MS = 240_000;
const LIMIT_MS = 1_200_000;
const MINUTE_MS = 60_000;
const CLOSE_LIMIT_MS = 10_000;
const READY_RECORDS = 200;
/** Altered ones are copies, some of them large. */
const ALTERED_RECORDS = 20_000;
/** EX_TEMPFAIL: a new process may do better. */
const DEFAULT_MAY_EXIT = [75];

export interface Arena {
  readonly access: Access;
  readonly proxy: FaultProxy;
  readonly nodes: readonly BrokerNode[];
  readonly release: KafkaRelease;
  readonly seed: number;
  /** How long a scenario lasts that could go on for ever. */
  readonly minutes: number;
  /** How long the services may take to finish once the faults are over. */
  /** How many times its bound a service may take to recover. */
  readonly patience: number;
  readonly drainTimeoutMs: number;
  /** Folder for the logs of the services; undefined: they go. */
  readonly logs: string | undefined;
  /** The input, of which as much is written as there is time for. */
  readonly load: readonly InputRecord[];
}

/** A scenario and the services it is played with. */
export interface Job {
  /** Told apart from all others by it. */
  readonly name: string;
  readonly scenario: Scenario;
  /** Folder of the built services. */
  readonly dist: string;
}

export interface Result extends Verdict {
  readonly name: string;
  readonly fault: string;
  /** How often the fault struck. */
  readonly times: number;
  readonly restarts: number;
  readonly longestGapMs: number;
  readonly gapBoundMs: number;
  readonly seconds: number;
  /** What the services complained of, when a promise was broken. */
  readonly complaints?: readonly string[];
}

/** Lets a pipeline work, attacks it, and judges what came out. Never rejects: what goes wrong is a fault of the result. */
export async function runScenario(job: Job, arena: Arena): Promise<Result> {
  const limitMs = job.scenario.smoke ? SMOKE_LIMIT_MS : LIMIT_MS + arena.minutes * MINUTE_MS;
  const { name, scenario } = job;
  const tooLong = sleep(limitMs, undefined, { ref: false }).then(() => ({
    ...{ name, fault: scenario.fault, gapBoundMs: scenario.gapBoundMs * arena.patience },
    ...{ times: 0, records: 0, lost: 0, duplicated: 0, restarts: 0, longestGapMs: limitMs },
    faults: [`it did not end within ${limitMs / 1_000} s`],
    seconds: limitMs / 1_000,
  }));
  return Promise.race([play(job, arena), tooLong]);
}

async function play({ name, scenario, dist }: Job, arena: Arena): Promise<Result> {
  const { fault } = scenario;
  const gapBoundMs = scenario.gapBoundMs * arena.patience;
  const began = performance.now();
  let stage: Stage | undefined;
  let times = 0;
  let meter: ProgressMeter | undefined;
  let verdict: Verdict = { records: 0, lost: 0, duplicated: 0, faults: [] };
  const faults: string[] = [];
  try {
    const { access, proxy, nodes, release, minutes, load } = arena;
    const { outputPartitions = PARTITIONS, deadLetterPartitions = PARTITIONS } = scenario;
    const opened = await openLane(access, {
      ...{ partitions: PARTITIONS, outputPartitions, deadLetterPartitions },
    });
    const { lane, snapshots } = opened;
    const { cluster } = opened;
    meter = new ProgressMeter(lane, access);
    const records =
      scenario.alter === undefined ? load : load.slice(0, ALTERED_RECORDS).map(scenario.alter);
    const feed = await Feed.start(lane.input, records, RATE, access);
    stage = new Stage({
      ...{ name, lane, cluster, access, proxy, nodes, dist, snapshots, meter, feed },
      random: new SeededRandom(arena.seed),
      ...{ release, minutes },
      settings: scenario.settings ?? {},
      mayExit: scenario.mayExit ?? DEFAULT_MAY_EXIT,
    });
    const concurrent =
      scenario.outputGrows === true ? undefined : await TopicReader.start(cluster, lane.output);
    for (let count = 0; count < scenario.aggregators; count += 1) await stage.start('aggregator');
    for (let count = 0; count < scenario.transformers; count += 1) await stage.start('transformer');
    await stage.ready();
    await stage.progress(READY_RECORDS);

    meter.reset();
    try {
      times = await scenario.attack(stage);
    } catch (error) {
      faults.push(textOf(error));
    }
    const fed = await feed.stop();
    faults.push(...(await drain(stage, arena)));
    const gap = meter.longestGapMs;
    if (gap > gapBoundMs) faults.push(`no commit for ${Math.round(gap)} ms`);
    faults.push(...stage.unforeseen);
    for (const { service } of stage.members('aggregator')) {
      faults.push(...(await judgeInsights(stage.cluster, lane, service)));
    }
    await stage.ready();
    const exits = await stage.stopAll();
    if (exits.some((exit) => exit !== 0)) faults.push(`SIGTERM ended one with ${exits.join()}`);
    const written = [...fed, ...stage.written];
    verdict = await judgeRecords(stage.cluster, lane, { written, gone: stage.gone, concurrent });
    return result(gap);
  } catch (error) {
    faults.push(textOf(error));
    return result(meter?.longestGapMs ?? 0);
  } finally {
    await stage?.killAll();
    if (arena.logs !== undefined) stage?.saveLogs(arena.logs);
    // kafkajs may wait for ever for a group that is gone.
    const closed = Promise.all([meter?.stop(), stage?.disconnect()]);
    await Promise.race([closed, sleep(CLOSE_LIMIT_MS, undefined, { ref: false })]);
  }

  function result(longestGapMs: number): Result {
    const all = [...faults, ...verdict.faults];
    return {
      ...{ name, fault, times, restarts: stage?.restarts ?? 0, longestGapMs, gapBoundMs },
      ...verdict,
      faults: all,
      seconds: (performance.now() - began) / 1_000,
      ...(all.length > 0 && stage !== undefined && { complaints: stage.complaints() }),
    };
  }
}

/** @returns a fault when the input is not done with in time */
async function drain(stage: Stage, { drainTimeoutMs }: Arena): Promise<readonly string[]> {
  const { cluster, lane } = stage;
  try {
    await waitFor('the end of the input', () => cluster.isDone(lane), drainTimeoutMs);
    return [];
  } catch (error) {
    return [textOf(error)];
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
