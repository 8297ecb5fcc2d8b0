import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { freePorts } from '@login-pipeline/command';
import type { Engine } from './engine.ts';
import { eventually } from './eventually.ts';
import { build, imageOf } from './images.ts';

const TOPICS = {
  input: 'rolling.user-login',
  output: 'rolling.processed-user-login',
  deadLetters: 'rolling.user-login.dead-letter',
  snapshots: 'rolling.login-insights',
};
const PARTITIONS = 6;
const RATE = 1000;
const PASSING = '2.0.0';
/** As Kubernetes does it: the new replica is ready before the old one ends. */
const REPLICAS = { transformer: 3, aggregator: 2 } as const;

interface Counts {
  readonly total: number;
  readonly deviceTypes: Readonly<Record<string, number>>;
  readonly locales: Readonly<Record<string, number>>;
}

interface Truth {
  readonly bad: number;
  readonly byAppVersion: Readonly<Record<string, Counts>>;
}

/**
 * Replaces every replica of the services by one of another build, one at a time and under load, and compares what came
 * out with what the generator says it put in.
 *
 * @param network of containers in which the broker is `kafka:9092`
 * @param kafka runs one of Kafka's own tools inside the broker's container
 * @returns how much was replaced and compared
 * @throws Error with what differs
 */
export async function updateOneByOne(
  engine: Engine,
  network: string,
  kafka: (tool: string, ...args: string[]) => Promise<string>,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'login-pipeline-truth-'));
  chmodSync(folder, 0o777);
  const containers = new Set<string>();
  const start = async (name: string, image: string, env: object, options: string[] = []) => {
    containers.add(name);
    const settings = Object.entries({ KAFKA_BROKERS: 'kafka:9092', ...env });
    await engine.docker([
      ...['run', '--detach', '--name', name, '--network', network, '--read-only', ...options],
      ...settings.flatMap(([setting, value]) => ['--env', `${setting}=${value}`]),
      image,
    ]);
  };
  const healthy = (name: string) =>
    eventually(`${name} is ready`, async () => {
      const format = ['--format', '{{.State.Health.Status}}'];
      return (await engine.docker(['inspect', ...format, name])).trim() === 'healthy';
    });
  const stop = async (name: string) => {
    await engine.docker(['stop', '--time', '45', name]);
    const exit = await engine.docker(['inspect', '--format', '{{.State.ExitCode}}', name]);
    if (exit.trim() !== '0') throw new Error(`${name} ended with ${exit.trim()}`);
    await engine.docker(['rm', name]);
    containers.delete(name);
  };
  try {
    for (const topic of Object.values(TOPICS)) {
      const policy = `cleanup.policy=${topic === TOPICS.snapshots ? 'compact' : 'delete'}`;
      const size = ['--partitions', String(PARTITIONS), '--config', policy];
      await kafka('kafka-topics.sh', '--create', '--topic', topic, ...size);
    }
    const apps = ['transformer', 'aggregator'] as const;
    const replicas = apps.flatMap((app) =>
      Array.from({ length: REPLICAS[app] }, (_, index) => ({
        app,
        name: `rolling-${app}-${index}`,
      })),
    );
    for (const { app, name } of replicas) await start(name, imageOf(app), SETTINGS[app]);
    for (const { name } of replicas) await healthy(name);
    await start('rolling-generator', imageOf('data-generator'), GENERATOR, [
      ...['--volume', `${folder}:/truth`],
    ]);
    const [port = 0] = await freePorts(1);
    for (const { app, name } of replicas) {
      const next = `${imageOf(app)}-next`;
      await build(engine, app, next, ['--build-arg', 'REVISION=next']);
      const publish = ['--publish', `127.0.0.1:${port}:3000`];
      const last = name === replicas.at(-1)?.name;
      await start(`${name}-next`, next, SETTINGS[app], last ? publish : []);
      await healthy(`${name}-next`);
      await stop(name);
    }
    await stop('rolling-generator');
    const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth;
    const expected = truth.byAppVersion[PASSING];
    const logins = expected?.total ?? 0;
    await eventually('the insights are those of the generator', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/insights`);
      const { total, deviceTypes, locales } = (await answer.json()) as Counts;
      const found = { total, deviceTypes, locales };
      const { deviceTypes: wantedTypes, locales: wantedLocales } = expected ?? found;
      const wanted = { total: logins, deviceTypes: wantedTypes, locales: wantedLocales };
      if (!isDeepStrictEqual(found, wanted)) throw new Error(`${total} of ${logins}`);
      return true;
    });
    await compareRecords(kafka, logins, truth.bad);
    return `${replicas.length} replicas, ${logins} logins`;
  } finally {
    for (const name of containers) await engine.docker(['rm', '--force', name]);
    for (const topic of Object.values(TOPICS))
      await kafka('kafka-topics.sh', '--delete', '--topic', topic);
    rmSync(folder, { recursive: true, force: true });
  }
}

const SETTINGS = {
  transformer: {
    INPUT_TOPIC: TOPICS.input,
    OUTPUT_TOPIC: TOPICS.output,
    DEAD_LETTER_TOPIC: TOPICS.deadLetters,
    GROUP_ID: 'rolling.transformer',
    FILTER_APP_VERSIONS: PASSING,
  },
  aggregator: {
    INPUT_TOPIC: TOPICS.output,
    SNAPSHOT_TOPIC: TOPICS.snapshots,
    GROUP_ID: 'rolling.aggregator',
    TRANSFORMER_INPUT_TOPIC: TOPICS.input,
    TRANSFORMER_GROUP_ID: 'rolling.transformer',
  },
} as const;

const GENERATOR = {
  OUTPUT_TOPIC: TOPICS.input,
  RATE,
  BAD_RATIO: 0.01,
  TRUTH_FILE: '/truth/truth.json',
};

/** As many committed records as there must be. Logins of one user at one moment are alike, so no two can be told apart. */
async function compareRecords(
  kafka: (tool: string, ...args: string[]) => Promise<string>,
  logins: number,
  deadLetters: number,
): Promise<void> {
  for (const [topic, wanted] of [
    [TOPICS.output, logins],
    [TOPICS.deadLetters, deadLetters],
  ] as const) {
    const committed = ['--isolation-level', 'read_committed', '--from-beginning'];
    const text = await kafka(
      'kafka-console-consumer.sh',
      ...['--topic', topic, ...committed, '--timeout-ms', '10000'],
      ...['--formatter-property', 'print.timestamp=true', '--formatter-property', 'print.key=true'],
    );
    const lines = text.split('\n').filter((line) => line.startsWith('CreateTime:'));
    if (lines.length !== wanted) {
      throw new Error(`${topic} has ${lines.length} records instead of ${wanted}`);
    }
  }
}
