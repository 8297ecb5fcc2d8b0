import { describe, expect, it } from '@jest/globals';
import { checkModel, measuredCosts, sizeFor, transactionRate } from './scaling.ts';
import type { Figures, SuiteResult } from './series.ts';

function suite(name: string, points: Readonly<Record<string, Figures>>): SuiteResult {
  return {
    suite: name,
    surroundings: { processor: 'P', cores: 2, memoryGb: 8, node: '24.0.0', loadBefore: 0 },
    series: Object.entries(points).map(([point, figures]) => ({
      suite: name,
      point,
      contender: 'login-pipeline',
      rounds: [figures],
    })),
  };
}

/** A transformer of 4 µs a record, 1 ms a transaction, 20 ms long, and 2 ms a second at rest. */
const RESULTS = [
  suite('throughput', {
    transformer: { cpuUsPerRecord: 4, brokerCpuUsPerRecord: 5 },
    aggregator: { cpuUsPerRecord: 4 },
  }),
  suite('idle', { transformer: { cpuMsPerSecond: 2 } }),
  suite('latency', {
    '100/s': { cpuMsPerSecond: 103, transactionsPerSecond: 50 },
    '2000/s': { cpuMsPerSecond: 210, transactionsPerSecond: 200 },
  }),
];

function costs() {
  const measured = measuredCosts(RESULTS);
  if (measured === undefined) throw new Error('the suites are all there');
  return measured;
}

it('takes the costs apart', () => {
  const { transactionUs, transactionSeconds } = costs();
  expect(transactionUs).toBeCloseTo(1_000, 6);
  expect(transactionSeconds).toBeCloseTo(0.02, 6);
});

it('has no model before all suites have run', () => {
  expect(measuredCosts(RESULTS.slice(1))).toBeUndefined();
});

it('predicts the measured rates that it was not made from', () => {
  const [point, ...others] = checkModel(costs(), RESULTS, [100, 2_000, 10_000]);
  expect(others).toEqual([]);
  expect(point?.rate).toBe(100);
  expect(point?.predictedCpuMs).toBeCloseTo(102.4, 6);
});

describe('transactions', () => {
  it('are one a record at the lowest rates', () => {
    expect(transactionRate(costs(), 1, 4)).toBeCloseTo(1, 1);
  });

  it('are bounded by how long they take at the highest', () => {
    expect(transactionRate(costs(), 1e9, 4)).toBeCloseTo(4 / 0.02, 1);
  });
});

it.each([10_000, 100_000, 1_000_000])('leaves replicas half idle at %i logins a second', (rate) => {
  const sizing = sizeFor(costs(), rate, 0.5);
  expect(sizing.transformerCores / sizing.transformerReplicas).toBeLessThanOrEqual(0.5);
  expect(sizing.partitions).toBeGreaterThanOrEqual(2 * sizing.transformerReplicas);
});

it('says so when transactions cost more than partitions can bring', () => {
  const endless = { ...costs(), transactionUs: 1e6 };
  expect(() => sizeFor(endless, 1_000, 0.5)).toThrow('no number of partitions');
});
