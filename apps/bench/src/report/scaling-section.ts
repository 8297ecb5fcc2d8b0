import { checkModel, measuredCosts, sizeFor } from '../scaling.ts';
import type { SuiteResult } from '../series.ts';
import { FULL } from '../suites.ts';
import { table } from './markdown.ts';

const RATES = [1_000, 10_000, 100_000, 300_000, 1_000_000];
/** The share of logins that passes the filter, as in the bench's records. */
const PASSING = 0.5;

/** @returns costs, the model beside further measured points, and sizes; undefined while suites are missing */
export function scalingSection(results: readonly SuiteResult[]): string | undefined {
  const costs = measuredCosts(results);
  if (costs === undefined) return undefined;
  return [
    table(
      ['cost', 'symbol', 'measured'],
      [
        ['transformer, per record', 'c<sub>t</sub>', `${number(costs.transformerUs, 2)} µs`],
        ['transformer, per transaction', 'c<sub>x</sub>', `${number(costs.transactionUs)} µs`],
        ['transformer, at rest', 'c<sub>0</sub>', `${number(costs.idleMs, 1)} ms/s`],
        ['length of a transaction', 't', `${number(costs.transactionSeconds * 1_000)} ms`],
        ['aggregator, per processed login', 'c<sub>a</sub>', `${number(costs.aggregatorUs, 2)} µs`],
        ['broker, per record', 'c<sub>b</sub>', `${number(costs.brokerUs, 2)} µs`],
      ],
    ),
    'The model against rates that it was not made from, processor time of one transformer on 4 partitions:',
    table(
      ['logins/s', 'predicted ms/s', 'measured ms/s'],
      checkModel(costs, results, FULL.latencyRates).map((point) => [
        number(point.rate),
        number(point.predictedCpuMs),
        number(point.measuredCpuMs),
      ]),
    ),
    'Sizes, with every process half busy and half of the logins passing the filter:',
    table(
      [
        'logins/s',
        'partitions',
        'transactions/s',
        'transformers (cores)',
        'aggregators (cores)',
        'broker cores, unreplicated',
      ],
      RATES.map((rate) => sizeFor(costs, rate, PASSING)).map((size) => [
        number(size.rate),
        number(size.partitions),
        number(size.transactionsPerSecond),
        `${size.transformerReplicas} (${number(size.transformerCores, 2)})`,
        `${size.aggregatorReplicas} (${number(size.aggregatorCores, 2)})`,
        number(size.brokerCores, 2),
      ]),
    ),
  ].join('\n\n');
}

function number(figure: number, digits = 0): string {
  return figure.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
