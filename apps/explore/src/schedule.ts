import { Random, SimulatedCluster } from '@login-pipeline/streams/testing';
import { CHANGES, FAILURES, pickAttack } from './attacks.ts';
import type { Attack } from './attacks.ts';
import { Fleet } from './fleet.ts';
import { describeEvent, faultsNow, isProcessed, RecordWriter } from './records.ts';
import { DEAD_LETTERS, INPUT, OUTPUT } from './topics.ts';

export interface ScheduleOptions {
  readonly seed: number;
  /** Gets each thing that happens, as a line, for a look at one schedule. */
  readonly onTrace?: (line: string) => void;
}

export interface ScheduleResult {
  readonly seed: number;
  /** What is wrong with the records, each as a sentence; empty: nothing. */
  readonly faults: readonly string[];
  /** What was done, in order. */
  readonly attacks: readonly string[];
  readonly requests: number;
}

/** How long records come in, and things go wrong, in milliseconds. */
const STORM_MS = 15_000;
/** How long it may take after that until all is processed. */
const CALM_MS = 90_000;
const MOST_ATTACKS = 5;

/**
 * Runs services on a simulated cluster through a schedule that comes from a seed, and compares all
 * records afterwards.
 */
export async function runSchedule({ seed, onTrace }: ScheduleOptions): Promise<ScheduleResult> {
  const chance = new Random(seed);
  const brokers = chance.chance(0.4) ? 1 : 3;
  // A single broker that stops loses the leaders of all partitions (KAFKA-20734).
  const losesMarkers = chance.chance(0.5);
  const cluster = new SimulatedCluster({
    seed,
    brokers,
    transactionVersion: chance.chance(0.5) ? 1 : 2,
    losesMarkers,
    settings: losesMarkers && brokers === 1 ? { markerMs: chance.pick([1, 30]) } : {},
  });
  const { random } = cluster;
  const say = (line: string): void => onTrace?.(`${cluster.now().toFixed(1)} ${line}`);
  if (onTrace !== undefined) cluster.network.onTrace = onTrace;
  const isChanging = random.chance(0.4);
  const partitions = 1 + random.int(4);
  cluster.createTopic(INPUT, partitions);
  cluster.createTopic(OUTPUT, random.chance(0.7) ? partitions : 1 + random.int(4));
  cluster.createTopic(DEAD_LETTERS, random.chance(0.5) ? partitions : 1);
  const fleet = new Fleet(cluster, (service, event) => {
    say(`${service} ${describeEvent(event)}`);
  });
  for (let left = 1 + random.int(3); left > 0; left -= 1) fleet.start();
  const writer = new RecordWriter(cluster, random);
  writer.start(STORM_MS, random.pick([80, 900, 900, 900]));
  const attacks: string[] = [];
  for (let left = 1 + random.int(MOST_ATTACKS); left > 0; left -= 1) {
    const attack = choose(isChanging, random);
    cluster.at(random.between(500, STORM_MS), () => {
      say(attack.name);
      attacks.push(attack.name);
      const later = (delay: number, run: () => void): void => {
        cluster.at(cluster.now() + delay, run);
      };
      const write = (partition: number): void => {
        writer.write(partition);
      };
      attack.run({ cluster, fleet, random, later, write });
    });
  }
  await cluster.run(STORM_MS + 10_000, () => fleet.failures.length > 0);
  const isDone = (): boolean => fleet.failures.length > 0 || isProcessed(cluster);
  await cluster.run(cluster.now() + CALM_MS, isDone);
  // What was sent before, and is late, may still do harm.
  await cluster.run(cluster.now() + 10_000, () => fleet.failures.length > 0);
  const faults = fleet.failures.map((failure) => `failed: ${String(failure)}`);
  if (!isProcessed(cluster)) faults.push('stuck: not all records were processed');
  faults.push(...faultsNow(cluster, writer.written));
  for (const { process } of [...fleet.running]) process.kill();
  return { seed, faults, attacks, requests: cluster.network.requests };
}

function choose(isChanging: boolean, random: Random): Attack {
  return pickAttack(isChanging && random.chance(0.5) ? CHANGES : FAILURES, random);
}
