import { describe, expect, it } from '@jest/globals';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import type { Random } from '../testing/simulation/index.ts';
import { until } from '../transform/testing/service.ts';
import {
  haveAll,
  INPUT,
  recount,
  SNAPSHOTS,
  startFolding,
  tally,
  write,
} from './testing/folding.ts';
import type { FoldOptions } from './fold-options.ts';
import type { Folding } from './testing/folding.ts';

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);
const MISHAPS = 25;
/** Takes the sections of a state in several batches only. */
const SMALL_MESSAGE_BYTES = 1_500;
const LARGE_MESSAGE_BYTES = 1_000_000;
const LONGEST_PAUSE_MS = 3_000;
const LONGEST_FREEZE_MS = 12_000;
const LONGEST_OUTAGE_MS = 5_000;
/** Sessions that end, restores, and what is folded again. */
const SETTLED_MS = 60_000;

/** Processes that fold, and what happens to them and to the brokers: all of it comes from the seed. */
class Schedule {
  readonly cluster: SimulatedCluster;
  readonly #random: Random;
  readonly #running: Folding[] = [];
  readonly #options: Partial<FoldOptions>;
  #started = 0;
  #written = 0;

  constructor(seed: number) {
    this.cluster = new SimulatedCluster({ seed });
    this.#random = this.cluster.random;
    this.cluster.createTopic(INPUT, 3);
    const maxMessageBytes = seed % 2 === 0 ? SMALL_MESSAGE_BYTES : LARGE_MESSAGE_BYTES;
    this.cluster.createTopic(SNAPSHOTS, 2, { isCompacted: true, maxMessageBytes });
    this.#options = {
      snapshots: { topic: SNAPSHOTS, maxMessageBytes },
      maxSnapshotBytes: maxMessageBytes - 300,
    };
    for (let count = 0; count < 3; count += 1) this.start();
  }

  get running(): readonly Folding[] {
    return this.#running;
  }

  start(): Folding {
    this.#started += 1;
    const folding = startFolding(this.cluster, `process${this.#started}`, this.#options);
    this.#running.push(folding);
    return folding;
  }

  write(): void {
    const partition = this.#random.int(this.cluster.read(INPUT).length);
    for (let count = this.#random.int(4); count >= 0; count -= 1) {
      this.#written += 1;
      if (this.cluster.isWritable(INPUT, partition)) {
        write(this.cluster, partition, String(this.#written));
      }
    }
  }

  /** Lets one thing happen, now; what it begins ends by itself. */
  befall(): void {
    const { cluster } = this;
    const random = this.#random;
    const folding = random.pick(this.#running);
    const later = (longest: number, end: () => void): void => {
      cluster.at(cluster.now() + random.between(100, longest), end);
    };
    const broker = 1 + random.int(3);
    const kinds: readonly (() => void)[] = [
      () => {
        folding.process.kill();
        this.#replace(folding);
      },
      () => {
        void folding.engine.stop();
        this.#replace(folding);
      },
      () => {
        folding.process.freeze();
        later(LONGEST_FREEZE_MS, () => {
          folding.process.thaw();
        });
      },
      () => {
        cluster.killBroker(broker);
        later(LONGEST_OUTAGE_MS, () => {
          cluster.restartBroker(broker);
        });
      },
      () => {
        cluster.network.partition(folding.process, broker);
        later(LONGEST_OUTAGE_MS, () => {
          cluster.network.heal(folding.process, broker);
        });
      },
      () => {
        for (const place of cluster.read(SNAPSHOTS).keys()) {
          cluster.compact(SNAPSHOTS, place, random.next());
        }
      },
      () => {
        cluster.growTopic(INPUT, Math.min(8, cluster.read(INPUT).length + 1));
      },
    ];
    random.pick(kinds)();
  }

  #replace(folding: Folding): void {
    this.#running.splice(this.#running.indexOf(folding), 1);
    this.start();
  }
}

describe('The fold engine, in a schedule of mishaps', () => {
  it.each(SEEDS)('counts every record once: seed %i', async (seed) => {
    const schedule = new Schedule(seed);
    const { cluster } = schedule;
    Object.assign(cluster.network.rates, { loseRequest: 0.01, loseAnswer: 0.01, delay: 0.01 });
    for (let count = 0; count < MISHAPS; count += 1) {
      const next = cluster.now() + cluster.random.between(100, LONGEST_PAUSE_MS);
      while (cluster.now() < next) {
        schedule.write();
        await cluster.run(cluster.now() + cluster.random.between(1, 300));
      }
      schedule.befall();
    }
    Object.assign(cluster.network.rates, { loseRequest: 0, loseAnswer: 0, delay: 0 });
    await cluster.run(cluster.now() + LONGEST_FREEZE_MS);
    await until(cluster, haveAll(cluster, ...schedule.running), SETTLED_MS);
    expect(tally(...schedule.running)).toEqual(recount(cluster));
    expect(schedule.running.flatMap(({ failures }) => failures)).toEqual([]);

    // What is kept says the same.
    await cluster.run(cluster.now() + 5_000);
    for (const { process } of schedule.running) process.kill();
    for (const place of cluster.read(SNAPSHOTS).keys()) cluster.compact(SNAPSHOTS, place, 1);
    const last = startFolding(cluster, 'last');
    await until(cluster, haveAll(cluster, last), SETTLED_MS);
    expect(tally(last)).toEqual(recount(cluster));
  });
});
