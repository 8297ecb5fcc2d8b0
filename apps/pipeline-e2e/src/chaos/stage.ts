import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerNode, KafkaRelease } from '@login-pipeline/embedded-kafka';
import { Cluster } from '../cluster.ts';
import type { Access, Lane } from '../cluster.ts';
import type { InputRecord } from '../load.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { Service } from '../service.ts';
import type { AppName, Exit, Settings } from '../service.ts';
import { waitFor } from '../wait-for.ts';
import type { FaultProxy, Frame } from './fault-proxy.ts';
import type { Feed } from './feed.ts';
import type { ProgressMeter } from './progress-meter.ts';

const DRAIN_TIMEOUT_MS = 5_000;
/** Within this a service ends by SIGTERM: what is in hand, then the application, which may take 5 s more. */
export const STOP_LIMIT_MS = DRAIN_TIMEOUT_MS + 6_000;
const RESTART_PAUSE_MS = 500;
const PROGRESS_TIMEOUT_MS = 60_000;
/** On a machine where much else starts at the same time. */
const READY_TIMEOUT_MS = 90_000;
const QUOTED_COMPLAINTS = 20;
/** A partition that has waited longer may be one that no member works on. */
const SETTLED_MS = 1_000;

/** A service of the stage, with the name that its connections carry. */
export interface Member {
  readonly service: Service;
  readonly clientId: string;
  /** Beside those that all of its kind have. */
  readonly further: Settings;
}

export interface StageOptions {
  readonly name: string;
  readonly lane: Lane;
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly access: Access;
  readonly nodes: readonly BrokerNode[];
  readonly release: KafkaRelease;
  readonly random: SeededRandom;
  readonly minutes: number;
  readonly meter: ProgressMeter;
  readonly feed: Feed;
  /** Folder of the built services. */
  readonly dist: string;
  readonly snapshots: string;
  /** Of the transformers. */
  readonly settings: Settings;
  readonly mayExit: readonly number[];
}

/** What one scenario acts upon: a pipeline of its own, the proxy before the brokers, and the brokers. */
export class Stage {
  readonly lane: Lane;
  /** How the tests' own clients get in: past the proxy. */
  readonly access: Access;
  readonly proxy: FaultProxy;
  readonly nodes: readonly BrokerNode[];
  /** For those that start a Kafka of their own. */
  readonly release: KafkaRelease;
  readonly random: SeededRandom;
  /** How long an attack lasts that could go on for ever. */
  readonly minutes: number;
  /** What was written besides the feed. */
  readonly written: InputRecord[] = [];
  /** What was processed of an input topic that is no more. */
  readonly gone: InputRecord[] = [];
  /** Exits without a signal that no scenario foresaw. */
  readonly unforeseen: string[] = [];
  readonly #options: StageOptions;
  readonly #members = new Set<Member>();
  readonly #restarting = new Set<Promise<void>>();
  readonly #started: Member[] = [];
  readonly #clusters: [Cluster, ...Cluster[]];
  #ending = false;
  #restarts = 0;

  constructor(options: StageOptions) {
    const { lane, cluster, access, proxy, nodes, release, random, minutes } = options;
    this.lane = lane;
    this.#clusters = [cluster];
    this.access = access;
    this.proxy = proxy;
    this.nodes = nodes;
    this.release = release;
    this.random = random;
    this.minutes = minutes;
    this.#options = options;
  }

  get cluster(): Cluster {
    const [newest] = this.#clusters;
    return newest;
  }

  /** Topics have grown, or are others: kafkajs keeps what it knows of them for minutes. */
  async lookAgain(): Promise<void> {
    // Readers of ours that were started with the other one go on.
    this.#clusters.unshift(await Cluster.connect(this.access));
  }

  /** Writes records to the input besides the feed. */
  async write(records: readonly InputRecord[]): Promise<void> {
    this.written.push(...records);
    await this.cluster.produce(this.lane.input, records);
  }

  /** Ends the feed, and waits until all that is in the input is done with. @returns all that the feed has tried to write */
  async rest(): Promise<readonly InputRecord[]> {
    const written = await this.#options.feed.stop();
    await this.until('the end of the input', () => this.cluster.isDone(this.lane));
    return written;
  }

  /** How often a service ended by itself and was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** @returns the services that run, oldest first */
  members(app: AppName): readonly Member[] {
    return [...this.#members].filter(({ service }) => service.app === app);
  }

  /** Starts one more service; whichever ends by itself is replaced, as an orchestrator would. */
  async start(app: AppName, further: Settings = {}): Promise<Member> {
    const member = await this.launch(app, further);
    this.#members.add(member);
    void member.service.ended.then((exit) => {
      if (this.#members.delete(member) && !this.#ending) this.#replace(member, exit);
    });
    return member;
  }

  /** Starts a service that nothing replaces: how it ends is what counts. */
  async launch(app: AppName, further: Settings): Promise<Member> {
    const { name, proxy, dist } = this.#options;
    const clientId = `${name}-${app}-${this.#started.length + 1}`;
    const common = {
      KAFKA_BROKERS: proxy.addresses,
      KAFKA_CLIENT_ID: clientId,
      DRAIN_TIMEOUT_MS: String(DRAIN_TIMEOUT_MS),
    };
    const settings = { ...common, ...this.#settingsOf(app), ...further };
    const service = await Service.start(app, settings, process.execPath, dist);
    const member = { service, clientId, further };
    this.#started.push(member);
    return member;
  }

  /** Ends a service as a power cut would. */
  async kill(member: Member): Promise<void> {
    this.#members.delete(member);
    await member.service.kill();
  }

  /** Ends a service by SIGTERM. @returns how it ended, and after how many milliseconds */
  async stop(member: Member): Promise<{ readonly exit: Exit; readonly ms: number }> {
    this.#members.delete(member);
    const began = performance.now();
    const exit = await member.service.stop();
    return { exit, ms: performance.now() - began };
  }

  /** Waits until so many more records are committed. */
  async progress(records: number): Promise<void> {
    const { meter } = this.#options;
    const goal = meter.committed + records;
    await this.until(`${records} more records`, () => meter.committed >= goal);
  }

  /** Waits until there is no partition on which nothing happens. */
  async settled(): Promise<void> {
    const { meter } = this.#options;
    await this.until('every partition to go on', () => meter.waitingMs < SETTLED_MS);
  }

  /** From now on counts the longest gap, and no longer what was before. */
  restartClock(): void {
    this.#options.meter.reset();
  }

  /** Waits until every service is. */
  async ready(): Promise<void> {
    await Promise.all([...this.#members].map(({ service }) => service.ready(READY_TIMEOUT_MS)));
  }

  /** @throws Error with the last words of every service when the condition does not come to hold */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await waitFor(what, condition, PROGRESS_TIMEOUT_MS);
    } catch (error) {
      const words = [...this.#members].map(({ clientId, service }) => {
        return `\n  ${clientId}: ${lastWords(service)}`;
      });
      throw new Error(`${(error as Error).message}${words.join('')}`, { cause: error });
    }
  }

  /** @returns whether a frame is of a service of this stage, which shares the proxy with others */
  readonly isOurs = ({ clientId }: Frame): boolean => clientId.startsWith(`${this.#options.name}-`);

  /** Keeps what every service has said, each in a file named after its client id. */
  saveLogs(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (const { clientId, service } of this.#started) {
      writeFileSync(join(folder, `${clientId}.log`), service.output);
    }
  }

  /** @returns the warnings and errors of all services, the last ones of each */
  complaints(): readonly string[] {
    return this.#started.flatMap(({ clientId, service }) =>
      service.output
        .split('\n')
        .filter((line) => /^\{"level":"(?:warn|error|fatal)"/.test(line))
        .slice(-QUOTED_COMPLAINTS)
        .map((line) => `${clientId}: ${line}`),
    );
  }

  /** Lets every service end by SIGTERM. @returns how each ended */
  async stopAll(): Promise<readonly Exit[]> {
    this.#ending = true;
    await Promise.all(this.#restarting);
    const members = [...this.#members];
    return Promise.all(members.map(async (member) => (await this.stop(member)).exit));
  }

  /** Kills what still runs. */
  async killAll(): Promise<void> {
    this.#ending = true;
    await Promise.all(this.#restarting);
    const left = this.#started.filter(({ service }) => service.exit === undefined);
    await Promise.all(left.map((member) => this.kill(member)));
  }

  /** Ends the clients of ours. */
  async disconnect(): Promise<void> {
    await Promise.all(this.#clusters.map((cluster) => cluster.disconnect()));
  }

  #settingsOf(app: AppName): Settings {
    const { lane, snapshots, settings } = this.#options;
    switch (app) {
      case 'transformer':
        return { ...lane.settings, ...settings };
      case 'aggregator':
        return {
          INPUT_TOPIC: lane.output,
          SNAPSHOT_TOPIC: snapshots,
          GROUP_ID: `${lane.group}-insights`,
        };
      case 'data-generator':
        return {};
    }
  }

  #replace({ service, clientId, further }: Member, exit: Exit): void {
    this.#restarts += 1;
    if (!this.#options.mayExit.includes(Number(exit))) {
      this.unforeseen.push(`${clientId} ended by itself with ${exit}: ${lastWords(service)}`);
    }
    const restart = sleep(RESTART_PAUSE_MS).then(async () => {
      if (!this.#ending) await this.start(service.app, further);
    });
    this.#restarting.add(restart);
    void restart.finally(() => this.#restarting.delete(restart));
  }
}

/** @returns what a service said last: the text of its log lines */
export function lastWords({ output }: Service, count = 2): string {
  const lines = output.trimEnd().split('\n').slice(-count);
  return lines.map((line) => /"msg":"(.*)"\}$/.exec(line)?.[1] ?? line).join(' | ');
}
