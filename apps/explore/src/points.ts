import { Random } from '@login-pipeline/streams/testing';
import { INTRUSIONS } from './intrusions.ts';
import { pinpoint } from './pinpoint.ts';
import type { Intrusion, PinpointResult, Setting } from './pinpoint.ts';

export interface PointsResult {
  readonly runs: number;
  /** How many of them showed faults. */
  readonly failed: number;
}

export interface PointsOptions {
  readonly seed: number;
  readonly milliseconds: number;
  readonly onFound: (setting: Setting, result: PinpointResult) => void;
}

/** How many runs a setting gets in which several things happen, after those in which one does. */
const SEVERAL = 400;

/**
 * Does everything that can happen at a request at each request of a run in turn, in one setting
 * after another, and then several things at a time.
 */
export async function explorePoints(options: PointsOptions): Promise<PointsResult> {
  const { milliseconds, onFound } = options;
  const random = new Random(options.seed);
  const began = performance.now();
  const isOver = (): boolean => performance.now() - began > milliseconds;
  let [runs, failed] = [0, 0];
  const run = async (
    setting: Setting,
    intrusions: ReadonlyMap<number, Intrusion>,
  ): Promise<PinpointResult> => {
    const result = await pinpoint(setting, intrusions);
    runs += 1;
    if (result.faults.length > 0) {
      failed += 1;
      onFound(setting, result);
    }
    return result;
  };
  for (let { seed } = options; !isOver(); seed += 1) {
    for (const setting of settingsOf(seed)) {
      const { points } = await run(setting, new Map());
      for (let at = 0; at < points && !isOver(); at += 1) {
        for (const intrusion of INTRUSIONS) await run(setting, new Map([[at, intrusion]]));
      }
      // A process that dies while it ends again what a broker has lost takes with it what there was to know of it.
      const several = setting.losesMarkers ? 0 : SEVERAL;
      for (let left = several; left > 0 && !isOver(); left -= 1) {
        await run(setting, severalOf(points, random));
      }
    }
  }
  return { runs, failed };
}

function settingsOf(seed: number): readonly Setting[] {
  return [1, 3].flatMap((brokers) =>
    ([1, 2] as const).flatMap((transactionVersion) =>
      (brokers === 1 ? [true, false] : [false]).flatMap((losesMarkers) =>
        [2, 3].map((services) => ({
          seed,
          brokers,
          transactionVersion,
          losesMarkers,
          services,
          partitions: 3,
        })),
      ),
    ),
  );
}

/** @returns two to four things, soon after one another */
function severalOf(points: number, random: Random): ReadonlyMap<number, Intrusion> {
  const intrusions = new Map<number, Intrusion>();
  let at = random.int(points);
  for (let left = 2 + random.int(3); left > 0; left -= 1) {
    intrusions.set(at, random.pick(INTRUSIONS));
    at += 1 + random.int(random.pick([6, 6, 60]));
  }
  return intrusions;
}
