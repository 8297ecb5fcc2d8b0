import { column } from './series.ts';
import type { FigureName, SuiteResult } from './series.ts';
import { summarize } from './statistics.ts';

/** What the sizing is computed from, all measured. */
export interface MeasuredCosts {
  /** Processor time per input record in large transactions, µs. */
  readonly transformerUs: number;
  /** The same of the aggregator, per processed login, µs. */
  readonly aggregatorUs: number;
  /** The same of the broker, per input record of the transformer, µs. */
  readonly brokerUs: number;
  /** Processor time of one transaction, on top of its records, µs. */
  readonly transactionUs: number;
  /** How long a transaction takes under load, seconds. */
  readonly transactionSeconds: number;
  /** Processor time of a transformer at rest, ms per second. */
  readonly idleMs: number;
}

/** What a rate takes. */
export interface Sizing {
  readonly rate: number;
  readonly partitions: number;
  readonly transactionsPerSecond: number;
  readonly transformerCores: number;
  readonly transformerReplicas: number;
  readonly aggregatorCores: number;
  readonly aggregatorReplicas: number;
  readonly brokerCores: number;
}

/** A rate as predicted and as measured. */
export interface CheckedPoint {
  readonly rate: number;
  readonly predictedCpuMs: number;
  readonly measuredCpuMs: number;
}

/** The partitions that the latency suite runs on. */
const MEASURED_PARTITIONS = 4;
/** One point makes the model; all others check it. */
const FITTED_RATE = 2_000;
/** How busy one process, whose JavaScript has one core, may be: the rest is for peaks and catching up. */
const TARGET_LOAD = 0.5;
/** Partitions per replica: enough to spread them evenly, and to add replicas later. */
const PARTITIONS_PER_REPLICA = 2;
const FEWEST_PARTITIONS = 4;

/** @returns undefined while the suites that it needs have not run */
export function measuredCosts(results: readonly SuiteResult[]): MeasuredCosts | undefined {
  const transformerUs = figure(results, 'throughput', 'transformer', 'cpuUsPerRecord');
  const aggregatorUs = figure(results, 'throughput', 'aggregator', 'cpuUsPerRecord');
  const brokerUs = figure(results, 'throughput', 'transformer', 'brokerCpuUsPerRecord');
  const idleMs = figure(results, 'idle', 'transformer', 'cpuMsPerSecond');
  const cpuMs = figure(results, 'latency', `${FITTED_RATE}/s`, 'cpuMsPerSecond');
  const transactions = figure(results, 'latency', `${FITTED_RATE}/s`, 'transactionsPerSecond');
  if (
    transformerUs === undefined ||
    aggregatorUs === undefined ||
    brokerUs === undefined ||
    idleMs === undefined ||
    cpuMs === undefined ||
    transactions === undefined
  ) {
    return undefined;
  }
  const beyondRecordsUs = (cpuMs - idleMs) * 1_000 - FITTED_RATE * transformerUs;
  return {
    transformerUs,
    aggregatorUs,
    brokerUs,
    idleMs,
    transactionUs: Math.max(0, beyondRecordsUs / transactions),
    transactionSeconds: MEASURED_PARTITIONS / transactions,
  };
}

/** @returns how many transactions a second a rate makes: one a record, until records wait and share them */
export function transactionRate(
  { transactionSeconds }: MeasuredCosts,
  rate: number,
  partitions: number,
): number {
  return Math.min(rate, partitions / transactionSeconds);
}

/** @returns processor time of the transformers, ms per second */
export function transformerCpuMs(costs: MeasuredCosts, rate: number, partitions: number): number {
  const transactions = transactionRate(costs, rate, partitions);
  return costs.idleMs + (rate * costs.transformerUs + transactions * costs.transactionUs) / 1_000;
}

/**
 * Sizes a pipeline.
 *
 * @param rate logins per second
 * @param passing the share of them that passes the filter, 0 to 1
 */
export function sizeFor(costs: MeasuredCosts, rate: number, passing: number): Sizing {
  const aggregatorCores = (rate * passing * costs.aggregatorUs) / 1e6;
  let partitions = FEWEST_PARTITIONS;
  for (;;) {
    const transformerCores = transformerCpuMs(costs, rate, partitions) / 1_000;
    const transformerReplicas = Math.ceil(transformerCores / TARGET_LOAD);
    const aggregatorReplicas = Math.ceil(aggregatorCores / TARGET_LOAD);
    const wanted = PARTITIONS_PER_REPLICA * Math.max(transformerReplicas, aggregatorReplicas);
    if (wanted <= partitions) {
      return {
        rate,
        partitions,
        transactionsPerSecond: transactionRate(costs, rate, partitions),
        transformerCores,
        transformerReplicas,
        aggregatorCores,
        aggregatorReplicas,
        brokerCores: (rate * costs.brokerUs) / 1e6,
      };
    }
    partitions *= 2;
    if (partitions > rate) throw new RangeError(`no number of partitions is enough for ${rate}/s`);
  }
}

/** @returns the model beside every measured rate that did not make it */
export function checkModel(
  costs: MeasuredCosts,
  results: readonly SuiteResult[],
  rates: readonly number[],
): CheckedPoint[] {
  return rates.flatMap((rate) => {
    const measuredCpuMs = figure(results, 'latency', `${rate}/s`, 'cpuMsPerSecond');
    if (measuredCpuMs === undefined || rate === FITTED_RATE) return [];
    const predictedCpuMs = transformerCpuMs(costs, rate, MEASURED_PARTITIONS);
    return [{ rate, predictedCpuMs, measuredCpuMs }];
  });
}

function figure(
  results: readonly SuiteResult[],
  suite: string,
  point: string,
  name: FigureName,
): number | undefined {
  const series = results
    .find((result) => result.suite === suite)
    ?.series.find((each) => each.point === point && each.contender === 'login-pipeline');
  const figures = series === undefined ? [] : column(series, name);
  return figures.length === 0 ? undefined : summarize(figures).median;
}
