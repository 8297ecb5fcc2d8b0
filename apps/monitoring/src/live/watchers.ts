import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts, supervised } from '@login-pipeline/command';
import { parse, stringify } from 'yaml';
import { DEPLOY, prometheusFiles } from '../files.ts';
import { startAlertReceiver } from './alert-receiver.ts';
import type { DeliveredAlert } from './alert-receiver.ts';
import { programPath } from './programs.ts';
import { PrometheusApi } from './prometheus-api.ts';
import { scaledRules } from './scaled-rules.ts';

export interface WatchersOptions {
  /** How many times faster than in operation the rules run. */
  readonly factor: number;
  /** `host:port` of what is scraped, by job. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
}

/** A Prometheus and an Alertmanager with the configuration of operation, faster, and where alerts arrive. */
export interface Watchers {
  readonly prometheus: PrometheusApi;
  /** From now on these are scraped for the job. */
  readonly setTargets: (job: string, targets: readonly string[]) => void;
  /** What Alertmanager has delivered so far. */
  readonly delivered: readonly DeliveredAlert[];
  readonly stop: () => Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
const GRACE_SECONDS = 5;
/** The shortest that Prometheus' configuration takes apart from milliseconds; four of them make a rate. */
const INTERVAL = '1s';

/**
 * Starts the real ones on free ports: rules, routes and inhibitions as in deploy/, with every duration of the rules
 * divided, the targets given, and a webhook as the receiver.
 */
export async function startWatchers({ factor, targets }: WatchersOptions): Promise<Watchers> {
  const folder = mkdtempSync(join(tmpdir(), 'watchers-'));
  const [prometheusPort = 0, alertmanagerPort = 0] = await freePorts(2);
  const receiver = await startAlertReceiver();
  mkdirSync(join(folder, 'rules'));
  for (const file of prometheusFiles('rules')) {
    const rules = scaledRules(readFileSync(file, 'utf8'), factor);
    writeFileSync(join(folder, 'rules', basename(file)), rules);
  }
  const setTargets: Watchers['setTargets'] = (job, addresses) => {
    writeFileSync(targetFile(folder, job), JSON.stringify([{ targets: addresses }]));
  };
  setTargets('prometheus', [`127.0.0.1:${prometheusPort}`]);
  for (const [job, addresses] of Object.entries(targets)) setTargets(job, addresses);
  write(folder, 'prometheus.yml', prometheusConfig(folder, alertmanagerPort));
  write(folder, 'alertmanager.yml', alertmanagerConfig(receiver.url));

  const processes = [
    supervised(
      programPath('prometheus'),
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'series')}`,
        `--web.listen-address=127.0.0.1:${prometheusPort}`,
      ],
      { logFile: join(folder, 'prometheus.log'), graceSeconds: GRACE_SECONDS },
    ),
    supervised(
      programPath('alertmanager'),
      [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'alerts')}`,
        `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
        '--cluster.listen-address=',
      ],
      { logFile: join(folder, 'alertmanager.log'), graceSeconds: GRACE_SECONDS },
    ),
  ];
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((process) => process.kill()));
    await receiver.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const prometheus = new PrometheusApi(`http://127.0.0.1:${prometheusPort}`);
  const alertmanager = new PrometheusApi(`http://127.0.0.1:${alertmanagerPort}`);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!((await prometheus.isReady()) && (await alertmanager.isReady()))) {
    if (Date.now() > deadline) {
      const logs = ['prometheus.log', 'alertmanager.log'].map((name) =>
        readFileSync(join(folder, name), 'utf8'),
      );
      await stop();
      throw new Error(`Prometheus or Alertmanager does not start:\n${logs.join('\n')}`);
    }
    await sleep(50);
  }
  return { prometheus, setTargets, delivered: receiver.delivered, stop };
}

/** How a job finds its targets: what is replaced here. */
const TARGET_CONFIGS = /^static_configs$|_sd_configs$/;

interface PrometheusConfig {
  readonly global: object;
  readonly alerting: object;
  readonly scrape_configs: readonly { readonly job_name: string }[];
}

function prometheusConfig(folder: string, alertmanagerPort: number): object {
  const config = read('prometheus', 'prometheus.yml') as PrometheusConfig;
  const alertmanager = { static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] };
  return {
    ...config,
    global: { ...config.global, scrape_interval: INTERVAL, evaluation_interval: INTERVAL },
    alerting: { ...config.alerting, alertmanagers: [alertmanager] },
    scrape_configs: config.scrape_configs.map(({ job_name: job, ...rest }) => ({
      job_name: job,
      ...Object.fromEntries(Object.entries(rest).filter(([key]) => !TARGET_CONFIGS.test(key))),
      file_sd_configs: [{ files: [targetFile(folder, job)], refresh_interval: INTERVAL }],
    })),
  };
}

interface AlertmanagerConfig {
  readonly route: object;
  readonly receivers: readonly { readonly name: string }[];
}

function alertmanagerConfig(url: string): object {
  const config = read('alertmanager', 'alertmanager.yml') as AlertmanagerConfig;
  return {
    ...config,
    route: { ...config.route, group_wait: '0s', group_interval: INTERVAL },
    receivers: config.receivers.map(({ name }) => ({ name, webhook_configs: [{ url }] })),
  };
}

function targetFile(folder: string, job: string): string {
  return join(folder, `targets-${job}.json`);
}

function read(...path: readonly string[]): unknown {
  return parse(readFileSync(join(DEPLOY, ...path), 'utf8'));
}

function write(folder: string, name: string, content: object): void {
  writeFileSync(join(folder, name), stringify(content));
}
