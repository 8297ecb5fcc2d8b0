import { setTimeout as sleep } from 'node:timers/promises';
import { startWatchers } from '@login-pipeline/monitoring';
import type { Watchers } from '@login-pipeline/monitoring';
import type { Service } from '../service.ts';
import { waitFor } from '../wait-for.ts';
import * as faults from './faults.ts';
import { panelsWithoutValues } from './panels.ts';
import { Pipeline } from './pipeline.ts';
import { examine } from './scrapes.ts';
import type { Scrape } from './scrapes.ts';

export interface DrillReport {
  /** Seconds from its fault until an alert arrived, by name; undefined: it did not. */
  readonly arrived: ReadonlyMap<string, number | undefined>;
  /** Alerts, pending ones too, while all was well. */
  readonly falseAlarms: readonly string[];
  /** What the services showed while all was well. */
  readonly scrapes: readonly Scrape[];
  /** Panels whose queries had no value in the whole drill. */
  readonly emptyPanels: readonly string[];
}

/** A minute of operation takes a second. */
const FACTOR = 60;
/** After the start this machine has much to do at once, and Prometheus learns its targets one job after another. */
const SETTLED_SECONDS = 5;
const SETTLING_MS = 60_000;
/** Three services, the exporter, and Prometheus itself. */
const JOBS = 5;
/** As long, in operation, as it takes any alert to fire. */
const CONTROL_MS = 20_000;
const ARRIVAL_MS = 75_000;

/**
 * Runs the pipeline with the real Prometheus and Alertmanager: first while all is well, then
 * through every fault that an alert is about.
 *
 * @param say gets each thing that happens, as a line
 */
export async function drill(say: (line: string) => void): Promise<DrillReport> {
  const began = Date.now();
  say('starting brokers, services, exporter');
  const pipeline = await Pipeline.start();
  const watchers = await startWatchers({ factor: FACTOR, targets: targetsOf(pipeline) });
  const arrived = new Map<string, number | undefined>();
  const expectAll = (since: number, ...alerts: readonly string[]): Promise<unknown> =>
    Promise.all(
      alerts.map(async (alert) => {
        arrived.set(alert, await arrival(watchers, alert, since));
        say(`${alert}: ${arrived.get(alert)?.toFixed(1) ?? 'did not arrive,'} s`);
      }),
    );
  try {
    await settled(watchers);
    say(`all is well for ${CONTROL_MS / 1_000} s`);
    const falseAlarms = await alarmsDuring(CONTROL_MS, watchers);
    for (const alarm of falseAlarms) say(`false alarm: ${alarm}`);
    const scrapes = await examine(pipeline);
    await disturb(pipeline, watchers, expectAll, say);
    await stopReading(pipeline, expectAll, say);
    await endWatching(pipeline, expectAll, say);
    const emptyPanels = await panelsWithoutValues(watchers.prometheus, began);
    for (const panel of emptyPanels) say(`no values: ${panel}`);
    return { arrived, falseAlarms, scrapes, emptyPanels };
  } finally {
    await watchers.stop();
    await pipeline.stop();
  }
}

/** Waits until every job has been scraped for some seconds without a failure, and no alert is left of the start. */
async function settled({ prometheus }: Watchers): Promise<void> {
  const steady = `min(min_over_time(up[${SETTLED_SECONDS}s]) and count_over_time(up[${SETTLED_SECONDS}s]) >= ${SETTLED_SECONDS - 1})`;
  await waitFor(
    'the start to be over',
    async () => {
      const jobs = await prometheus.query('count(count by (job) (up))');
      const [up] = await prometheus.query(steady);
      const quiet = (await prometheus.alerts()).every(({ state }) => state !== 'firing');
      return jobs[0]?.values[0] === JOBS && up?.values[0] === 1 && quiet;
    },
    SETTLING_MS,
  );
}

type ExpectAll = (since: number, ...alerts: readonly string[]) => Promise<unknown>;

/** Faults that a running pipeline lives with. */
async function disturb(
  pipeline: Pipeline,
  watchers: Watchers,
  expectAll: ExpectAll,
  say: (line: string) => void,
): Promise<void> {
  say('a hanging transaction, refused offsets, lost answers, a replay, a sick generator, restarts');
  const since = Date.now();
  const sick = await faults.sickGenerator(pipeline);
  watchers.setTargets('data-generator', [hostOf(pipeline.generator), sick.target]);
  const healTransaction = await faults.hangingTransaction(pipeline);
  const healGenerations = await faults.goneGenerations(pipeline);
  const healAnswers = await faults.lostAnswers(pipeline);
  const healLogins = await faults.oldLogins(pipeline);
  const healSnapshots = await faults.lostSnapshots(pipeline);
  const endRestarts = await faults.restarts(pipeline, watchers.prometheus);
  await Promise.all([
    expectAll(since, 'ServiceRestartsOften', 'RebalancesTooOften').then(endRestarts),
    expectAll(since, 'EventLoopBlocked', 'HeapNearLimit', 'DeadLettersTooMany').then(async () => {
      watchers.setTargets('data-generator', [hostOf(pipeline.generator)]);
      await sick.heal();
    }),
    expectAll(since, 'TransactionHangs').then(healTransaction),
    expectAll(since, 'TransactionsAborted').then(healGenerations),
    expectAll(since, 'TransactionResultsUnknown').then(healAnswers),
    expectAll(since, 'SnapshotsNotWritten', 'InsightsIncomplete').then(healSnapshots),
    // The slow alert is sent only when the fast one is over.
    Promise.all([
      expectAll(since, 'LatencyBudgetBurnsFast', 'InsightsRecordsNotCounted').then(healLogins),
      expectAll(since, 'LatencyBudgetBurnsSlowly'),
    ]),
  ]);
}

/** No consumer reads, a broker dies, and at last no producer writes. */
async function stopReading(
  pipeline: Pipeline,
  expectAll: ExpectAll,
  say: (line: string) => void,
): Promise<void> {
  const { kafka, generator } = pipeline;
  say('the transformers freeze, a broker dies');
  let since = Date.now();
  faults.frozenTransformers(pipeline);
  const dying = kafka.nodes.at(-1);
  await dying?.kill();
  await Promise.all([
    expectAll(since, 'KafkaBrokerMissing', 'KafkaPartitionsUnderReplicated'),
    expectAll(since, 'KafkaPartitionsWithoutLeader', 'ServiceDown', 'ConsumerStuck'),
    expectAll(since, 'ConsumerGroupWithoutMembers', 'ConsumerLagTooOld'),
    expectAll(since, 'ConsumerLagGrows').then(async () => {
      say('no producer writes');
      const stopped = Date.now();
      await generator.stop();
      await expectAll(stopped, 'NoLoginsArrive');
    }),
  ]);
  await dying?.restart();
  say('what was not read is deleted');
  since = Date.now();
  const heal = await faults.deletedBeforeRead(pipeline);
  await expectAll(since, 'RecordsLost');
  await heal();
}

/** The groups vanish, then the exporter that showed them. */
async function endWatching(
  { cluster, aggregators, exporter }: Pipeline,
  expectAll: ExpectAll,
  say: (line: string) => void,
): Promise<void> {
  say('the groups are deleted');
  let since = Date.now();
  await Promise.all(aggregators.map((aggregator) => aggregator.stop()));
  for (const group of ['transformer', 'aggregator']) {
    await waitFor(
      `the end of the group ${group}`,
      () =>
        cluster.admin.deleteGroups([group]).then(
          () => true,
          () => false,
        ),
      ARRIVAL_MS,
    );
  }
  await expectAll(since, 'ConsumerLagUnknown');
  say('the exporter ends');
  since = Date.now();
  await exporter.stop();
  await expectAll(since, 'KafkaExporterDown');
}

/** @returns seconds until an alert was delivered, or undefined when it was not in time */
async function arrival(
  { delivered }: Watchers,
  alert: string,
  since: number,
): Promise<number | undefined> {
  const from = delivered.length;
  const isHere = (): boolean =>
    delivered.slice(from).some(({ status, labels }) => {
      return status === 'firing' && labels['alertname'] === alert;
    });
  try {
    await waitFor(alert, isHere, ARRIVAL_MS);
    return (Date.now() - since) / 1_000;
  } catch {
    return undefined;
  }
}

/** @returns each alert that was pending or fired in that time, with its labels */
async function alarmsDuring(durationMs: number, watchers: Watchers): Promise<readonly string[]> {
  await sleep(durationMs);
  const fired = await watchers.prometheus.query(
    `max by (alertname, job, topic, consumergroup) (max_over_time(ALERTS{alertstate="firing"}[${durationMs}ms]))`,
  );
  return fired.map(({ labels }) => JSON.stringify(labels));
}

function targetsOf(pipeline: Pipeline): Readonly<Record<string, readonly string[]>> {
  const { transformers, idle, aggregators, generator, exporter } = pipeline;
  return {
    transformer: [...transformers, ...idle].map(hostOf),
    aggregator: aggregators.map(hostOf),
    'data-generator': [hostOf(generator)],
    'kafka-exporter': [`127.0.0.1:${exporter.port}`],
  };
}

function hostOf({ url }: Service): string {
  return new URL(url).host;
}
