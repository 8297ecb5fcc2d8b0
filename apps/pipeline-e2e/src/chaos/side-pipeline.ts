import type { Cluster, Lane } from '../cluster.ts';
import { faultsIn } from '../lane-faults.ts';
import { makeLoad } from '../load.ts';
import type { InputRecord } from '../load.ts';
import type { Service, Settings } from '../service.ts';
import { waitFor } from '../wait-for.ts';
import type { Scenario } from './scenario.ts';
import { lastWords } from './stage.ts';
import type { Stage } from './stage.ts';

/** EX_UNAVAILABLE: an operator has to act. */
export const UNAVAILABLE = 69;
const PARTITIONS = 4;
const RECORDS = 2_000;
const DONE_MS = 60_000;

/** What an attack on a {@link SidePipeline} has in common: the stage's own pipeline only runs beside it. */
export const BESIDE = {
  smoke: false,
  brokers: 1,
  alone: false,
  transformers: 1,
  aggregators: 0,
  gapBoundMs: 10_000,
  mayExit: [],
} as const satisfies Partial<Scenario>;

/** A pipeline beside the stage's: for what needs its group to be stopped, several groups, or services that end for good. */
export class SidePipeline {
  readonly lane: Lane;
  readonly #stage: Stage;
  readonly #cluster: Cluster;
  readonly #load: readonly InputRecord[] = makeLoad(RECORDS, PARTITIONS);
  #next = 0;

  /** @param lane with topics of {@link PARTITIONS} partitions each */
  constructor(stage: Stage, lane: Lane, cluster = stage.cluster) {
    this.lane = lane;
    this.#stage = stage;
    this.#cluster = cluster;
  }

  /** @param cluster where it runs */
  static async open(stage: Stage, cluster = stage.cluster): Promise<SidePipeline> {
    return new SidePipeline(stage, await cluster.lane({ partitions: PARTITIONS }), cluster);
  }

  /** Starts a transformer that nothing replaces. */
  async start(further: Settings = {}): Promise<Service> {
    const settings = { ...this.lane.settings, ...further };
    return (await this.#stage.launch('transformer', settings)).service;
  }

  /** Writes the next records. @returns them */
  async write(count: number): Promise<readonly InputRecord[]> {
    const records = this.#load.slice(this.#next, this.#next + count);
    this.#next += count;
    await this.#cluster.produce(this.lane.input, records);
    return records;
  }

  isDone(): Promise<boolean> {
    return this.#cluster.isDone(this.lane);
  }

  /** Waits until all that was written is done with. @throws Error with the service's last words when that does not happen */
  async done(service: Service): Promise<void> {
    try {
      await waitFor('the end of its input', () => this.isDone(), DONE_MS);
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${lastWords(service)}`, { cause: error });
    }
  }

  /** @throws Error with all that is wrong with what has come out, of all that was written or of these records */
  async judge(input: readonly InputRecord[] = this.#load.slice(0, this.#next)): Promise<void> {
    const faults = await faultsIn(this.#cluster, this.lane, input);
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }
}

/** Waits until a service ends by itself. @throws Error when it is not this code, or it does not say each of the words */
export async function refuses(
  stage: Stage,
  service: Service,
  code: number,
  ...words: readonly string[]
): Promise<void> {
  await stage.until(`it to end with ${code}`, () => service.exit !== undefined);
  if (service.exit !== code)
    throw new Error(`it ended with ${service.exit}: ${lastWords(service)}`);
  const missing = words.filter((word) => !service.output.includes(word));
  if (missing.length > 0)
    throw new Error(`it does not name ${missing.join()}: ${lastWords(service)}`);
}

/** Ends a service by SIGTERM. @throws Error when it does not end with 0 */
export async function stopped(service: Service): Promise<void> {
  const exit = await service.stop();
  if (exit !== 0) throw new Error(`SIGTERM ended the ${service.app} with ${exit}`);
}

/** @returns the lines in which a service warned of something, or told an error */
export function warningsOf({ output }: Service): readonly string[] {
  return output.split('\n').filter((line) => /^\{"level":"(?:warn|error)"/.test(line));
}

/** @returns the sum of a metric over its labels; undefined where it has none */
export async function metricOf(service: Service, name: string): Promise<number | undefined> {
  const text = await (await service.get('/metrics')).text();
  const values = text.matchAll(new RegExp(`^login_pipeline_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'));
  const numbers = Array.from(values, ([, value]) => Number(value));
  return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0);
}

/** @returns the lane under another group, or with another input */
export function renamed(lane: Lane, { group = lane.group, input = lane.input }: Settings): Lane {
  const settings: Settings = { ...lane.settings, GROUP_ID: group, INPUT_TOPIC: input };
  return { ...lane, group, input, settings };
}
