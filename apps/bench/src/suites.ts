import { runAnswers } from './answers.ts';
import type { BenchCluster, InputShape } from './cluster.ts';
import type { Contender, Job } from './contender.ts';
import { runAttacked } from './hostile/attack.ts';
import { runStreams } from './hostile/streams.ts';
import { runIdle } from './idle.ts';
import { runLatency } from './latency.ts';
import { runBacklog } from './run.ts';
import type { Figures } from './series.ts';
import { ours } from './services.ts';
import { VALUE_BYTES } from './workload.ts';

/** How much is measured. */
export interface Scale {
  readonly rounds: number;
  /** Records of a run. */
  readonly records: number;
  readonly latencyRates: readonly number[];
  readonly latencyMs: { readonly warmUpMs: number; readonly measureMs: number };
  readonly settleMs: number;
}

export const FULL: Scale = {
  rounds: 5,
  records: 2_000_000,
  latencyRates: [100, 1_000, 2_000, 10_000],
  latencyMs: { warmUpMs: 5_000, measureMs: 20_000 },
  settleMs: 10_000,
};

export const QUICK: Scale = {
  rounds: 2,
  records: 300_000,
  latencyRates: [100, 2_000],
  latencyMs: { warmUpMs: 3_000, measureMs: 5_000 },
  settleMs: 3_000,
};

/** One measurement to be taken each round. */
export interface Trial {
  readonly point: string;
  readonly contender: string;
  readonly run: (cluster: BenchCluster) => Promise<Figures>;
}

/** Finds the peers that can do a job; none without `--peers`. */
export type Peers = (job: Job, partitions: number) => readonly Contender[];

export interface Suite {
  readonly title: string;
  readonly trials: (scale: Scale, peers: Peers) => readonly Trial[];
  /** Part of a `--quick` run that names no suites. */
  readonly quick: boolean;
}

export type SuiteName =
  | 'throughput'
  | 'latency'
  | 'answers'
  | 'hostile-http'
  | 'idle'
  | 'instances'
  | 'records'
  | 'partitions'
  | 'values'
  | 'compression';

const PARTITIONS = 4;

/** A fresh broker compiles for minutes, which takes a core for half a second at times: many answers outweigh that. */
const ANSWERS_MS = { warmUpMs: 40_000, measureMs: 60_000 };

export const SUITES: Readonly<Record<SuiteName, Suite>> = {
  throughput: {
    title: 'Throughput: working off a backlog',
    quick: true,
    trials: ({ records }, peers) =>
      (['transformer', 'aggregator', 'pipeline'] as const).flatMap((job) =>
        [ours(job), ...peers(job, PARTITIONS)].map((contender) =>
          backlog(job, contender, shape(job, { count: records })),
        ),
      ),
  },
  latency: {
    title: 'Latency at a fixed rate',
    quick: true,
    trials: ({ latencyRates, latencyMs }, peers) =>
      latencyRates.flatMap((rate) =>
        [ours('transformer'), ...peers('transformer', PARTITIONS)]
          .filter(({ maxRate = Infinity }) => rate <= maxRate)
          .map((contender) => ({
            point: `${rate}/s`,
            contender: contender.name,
            run: (cluster) =>
              runLatency(cluster, contender, { rate, partitions: PARTITIONS, ...latencyMs }),
          })),
      ),
  },
  answers: {
    title: 'GET /insights while logins flow in',
    quick: false,
    trials: () =>
      [
        { loginsPerSecond: 0 },
        { loginsPerSecond: 20_000 },
        { loginsPerSecond: 20_000, days: 30, query: '?last=7d' },
        { loginsPerSecond: 100_000 },
      ].map((load) => ({
        point: [`${load.loginsPerSecond} logins/s, 500 requests/s`, load.query]
          .filter((part) => part !== undefined)
          .join(', '),
        contender: ours('aggregator').name,
        run: (cluster) => runAnswers(cluster, { ...load, requestsPerSecond: 500, ...ANSWERS_MS }),
      })),
  },
  'hostile-http': {
    title: 'While clients ask for as much as they can',
    quick: false,
    trials: ({ records, latencyMs }) => [
      ...[0, 200].map((connections) => ({
        point: `backlog, ${connections} connections ask`,
        contender: ours('aggregator').name,
        run: (cluster: BenchCluster) =>
          runAttacked(cluster, shape('aggregator', { count: records }), connections),
      })),
      ...[1, 1_000].map((streams) => ({
        point: `20,000 logins/s, ${streams} live streams`,
        contender: ours('aggregator').name,
        run: (cluster: BenchCluster) =>
          runStreams(cluster, { streams, addresses: 50, loginsPerSecond: 20_000, ...latencyMs }),
      })),
    ],
  },
  idle: {
    title: 'At rest',
    quick: true,
    trials: ({ settleMs }) =>
      (['transformer', 'aggregator'] as const).map((job) => ({
        point: job,
        contender: ours(job).name,
        run: (cluster) => runIdle(cluster, job, settleMs),
      })),
  },
  instances: {
    title: 'Transformers sharing 8 partitions',
    quick: false,
    trials: ({ records }) =>
      [1, 2].map((instances) =>
        backlog(
          String(instances),
          ours('transformer', instances),
          shape('transformer', { count: records, partitions: 8 }),
        ),
      ),
  },
  records: {
    title: 'Cost against the number of records',
    quick: false,
    trials: ({ records }) =>
      [0.5, 1, 2.5, 5].map((times) =>
        transformer(`${(records * times) / 1e6} M`, { count: records * times }),
      ),
  },
  partitions: {
    title: 'Cost against the number of partitions',
    quick: false,
    trials: ({ records }) =>
      [1, 4, 16, 64].map((partitions) =>
        transformer(String(partitions), { count: records, partitions }),
      ),
  },
  values: {
    title: 'Cost against the size of values',
    quick: false,
    trials: ({ records }) =>
      [150, 1_000, 10_000].map((valueBytes) => {
        const count = Math.round(Math.min(records, (records * 500) / valueBytes));
        return transformer(`${valueBytes} B`, { count, valueBytes });
      }),
  },
  compression: {
    title: 'Cost of compressing the output',
    quick: false,
    trials: ({ records }) =>
      ['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((compression) =>
        transformer(compression, { count: records }, { COMPRESSION: compression }),
      ),
  },
};

function transformer(
  point: string,
  input: Partial<InputShape>,
  settings: Readonly<Record<string, string>> = {},
): Trial {
  return backlog(point, ours('transformer'), shape('transformer', input), settings);
}

function backlog(
  point: string,
  contender: Contender,
  input: InputShape,
  settings: Readonly<Record<string, string>> = {},
): Trial {
  return {
    point,
    contender: contender.name,
    run: (cluster) => runBacklog(cluster, contender, input, settings),
  };
}

function shape(job: Job, input: Partial<InputShape>): InputShape {
  return {
    kind: job === 'aggregator' ? 'processed' : 'logins',
    count: 0,
    partitions: PARTITIONS,
    valueBytes: VALUE_BYTES,
    ...input,
  };
}
