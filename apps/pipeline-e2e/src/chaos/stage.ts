import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerNode } from '@login-pipeline/tools/embedded-kafka';
import type { Cluster, Lane } from '../cluster.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { Service } from '../service.ts';
import type { AppName, Exit } from '../service.ts';
import { waitFor } from '../wait-for.ts';
import type { FaultProxy, Frame } from './fault-proxy.ts';
import type { ProgressMeter } from './progress-meter.ts';

const DRAIN_TIMEOUT_MS = 5_000;
/** Within this a service ends by SIGTERM: what is in hand, then the application, which may take 5 s more. */
export const STOP_LIMIT_MS = DRAIN_TIMEOUT_MS + 6_000;
const RESTART_PAUSE_MS = 500;
const PROGRESS_TIMEOUT_MS = 60_000;

/** A service of the stage, with the name that its connections carry. */
export interface Member {
  readonly service: Service;
  readonly clientId: string;
}

export interface StageOptions {
  readonly name: string;
  readonly lane: Lane;
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly nodes: readonly BrokerNode[];
  readonly random: SeededRandom;
  readonly meter: ProgressMeter;
  /** Folder of the built services. */
  readonly dist: string;
  readonly snapshots: string;
  readonly mayExit: readonly number[];
}

/** What one scenario acts upon: a pipeline of its own, the proxy before the brokers, and the brokers. */
export class Stage {
  readonly lane: Lane;
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly nodes: readonly BrokerNode[];
  readonly random: SeededRandom;
  /** Exits that nobody asked for and no scenario foresaw. */
  readonly unforeseen: string[] = [];
  readonly #options: StageOptions;
  readonly #members = new Set<Member>();
  readonly #restarting = new Set<Promise<void>>();
  readonly #started: Member[] = [];
  #ending = false;
  #restarts = 0;

  constructor(options: StageOptions) {
    const { lane, cluster, proxy, nodes, random } = options;
    this.lane = lane;
    this.cluster = cluster;
    this.proxy = proxy;
    this.nodes = nodes;
    this.random = random;
    this.#options = options;
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
  async start(app: AppName): Promise<Member> {
    const { name, lane, snapshots, proxy, dist } = this.#options;
    const clientId = `${name}-${app}-${this.#started.length + 1}`;
    const common = {
      KAFKA_BROKERS: proxy.addresses,
      KAFKA_CLIENT_ID: clientId,
      DRAIN_TIMEOUT_MS: String(DRAIN_TIMEOUT_MS),
    };
    const ours =
      app === 'transformer'
        ? lane.settings
        : {
            INPUT_TOPIC: lane.output,
            SNAPSHOT_TOPIC: snapshots,
            GROUP_ID: `${lane.group}-insights`,
          };
    const service = await Service.start(app, { ...common, ...ours }, process.execPath, dist);
    const member = { service, clientId };
    this.#members.add(member);
    this.#started.push(member);
    void service.ended.then((exit) => {
      if (this.#members.delete(member) && !this.#ending) this.#replace(member, exit);
    });
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

  /** Waits until every service is. */
  async ready(): Promise<void> {
    await Promise.all([...this.#members].map(({ service }) => service.ready()));
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
    await Promise.all([...this.#members].map((member) => this.kill(member)));
  }

  #replace({ service, clientId }: Member, exit: Exit): void {
    this.#restarts += 1;
    if (!this.#options.mayExit.includes(Number(exit))) {
      this.unforeseen.push(`${clientId} ended by itself with ${exit}: ${lastWords(service)}`);
    }
    const restart = sleep(RESTART_PAUSE_MS).then(async () => {
      if (!this.#ending) await this.start(service.app);
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
