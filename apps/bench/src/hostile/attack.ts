import { once } from 'node:events';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { build } from 'hdr-histogram-js';
import type { BenchCluster, InputShape } from '../cluster.ts';
import type { Contender } from '../contender.ts';
import { runBacklog } from '../run.ts';
import type { RunFigures } from '../run.ts';
import { checkLedger, logFile, startAggregator } from '../services.ts';
import type { BenchService } from '../services.ts';
import type { AttackerOptions } from './attacker.ts';

/** What a backlog takes while clients ask, and what the probes of an orchestrator see meanwhile. */
export interface AttackFigures extends RunFigures {
  readonly probeP99Ms: number;
  readonly answersPerSecond: number;
}

const PROBE_EVERY_MS = 20;
const LONGEST_US = 60_000_000;
const STOP = 1;

/**
 * Lets an aggregator work off a backlog while connections ask for traffic, each time with other parameters, as often as
 * they are answered.
 *
 * @param connections 0: only the probes ask
 */
export async function runAttacked(
  cluster: BenchCluster,
  shape: InputShape,
  connections: number,
): Promise<AttackFigures> {
  let attack: Attack | undefined;
  const contender: Contender = {
    name: 'login-pipeline',
    share: 1,
    start: async (lane) => {
      const service = await startAggregator(lane, lane.input);
      const begun = new Attack(service, connections);
      attack = begun;
      return {
        processes: [service.process],
        logFile: logFile(lane),
        positions: [{ group: service.group, topic: lane.input }],
        checkCounts: async (counted) => {
          await begun.stop();
          await checkLedger(service.url, counted);
        },
      };
    },
  };
  try {
    const figures = await runBacklog(cluster, contender, shape);
    if (attack === undefined) throw new Error('there was no attack');
    return { ...figures, ...attack.figures };
  } finally {
    await attack?.stop();
  }
}

class Attack {
  readonly #answers = new Int32Array(new SharedArrayBuffer(8));
  readonly #stopFlag = new Int32Array(new SharedArrayBuffer(4));
  readonly #probes = build({
    highestTrackableValue: LONGEST_US,
    numberOfSignificantValueDigits: 3,
  });
  readonly #begunMs = performance.now();
  readonly #ended: Promise<unknown>;
  #endedMs = Infinity;

  constructor({ url }: BenchService, connections: number) {
    const { hostname: host, port } = new URL(url);
    const workerData: AttackerOptions = {
      host,
      port: Number(port),
      connections,
      stopFlag: this.#stopFlag,
      answers: this.#answers,
    };
    const worker = new Worker(new URL('attacker.ts', import.meta.url), { workerData });
    this.#ended = Promise.all([once(worker, 'exit'), this.#probe(`${url}/health/live`)]);
    this.#ended.catch(() => undefined); // awaited by stop()
  }

  async stop(): Promise<void> {
    this.#endedMs = Math.min(this.#endedMs, performance.now());
    Atomics.store(this.#stopFlag, 0, STOP);
    await this.#ended;
  }

  get figures(): Pick<AttackFigures, 'probeP99Ms' | 'answersPerSecond'> {
    const answers = Atomics.load(this.#answers, 0);
    return {
      probeP99Ms: this.#probes.getValueAtPercentile(99) / 1000,
      answersPerSecond: (answers * 1000) / (this.#endedMs - this.#begunMs),
    };
  }

  /** Asks as orchestrators do: each time over a new connection. */
  async #probe(url: string): Promise<void> {
    while (Atomics.load(this.#stopFlag, 0) === 0) {
      const askedMs = performance.now();
      const status = await statusOf(url);
      const us = Math.round((performance.now() - askedMs) * 1000);
      // Before it listens there is no answer.
      if (status !== undefined) this.#probes.recordValue(Math.max(1, us));
      await sleep(PROBE_EVERY_MS);
    }
  }
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume().once('close', () => {
        resolve(response.statusCode);
      });
    }).once('error', () => {
      resolve(undefined);
    });
  });
}
