import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, freePorts, supervised } from '@login-pipeline/command';
import { KAFKA_HOME } from '@login-pipeline/embedded-kafka';
import { findJava, maven, onlyOnce, unpackArchive } from '@login-pipeline/embedded-kafka/maven';

const DEPLOYED = join(import.meta.dirname, '../../../../deploy/connect');
const POM = join(import.meta.dirname, 'pom.xml');
const KAFKA_VERSION = '4.4.0';
const JDBC_SINK = {
  group: 'io.debezium',
  name: 'debezium-connector-jdbc',
  version: '3.6.0.Final',
  classifier: 'plugin',
};
const START_TIMEOUT_MS = 120_000;

export interface RunningConnect {
  /** Starts a connector and waits until its tasks run. */
  readonly run: (name: string, config: Readonly<Record<string, string>>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** @returns a connector's configuration as it is deployed */
export function deployedConnector(name: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(DEPLOYED, `${name}.json`), 'utf8');
  return JSON.parse(text) as Readonly<Record<string, string>>;
}

/**
 * Starts a Kafka Connect worker as it is deployed, but for addresses and the number of replicas.
 *
 * @param folder for its plugins, settings and log
 * @param env what its connectors may read: POSTGRES_*
 */
export async function startConnect(
  brokers: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<RunningConnect> {
  const java = await findJava();
  const jars = join(KAFKA_HOME, `connect-${KAFKA_VERSION}`);
  await onlyOnce(jars, (temporary) => {
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
    return maven('Kafka Connect', ['-f', POM, ...copy, `-DoutputDirectory=${temporary}`]);
  });
  const sink = join(KAFKA_HOME, `${JDBC_SINK.name}-${JDBC_SINK.version}`);
  await unpackArchive("Debezium's JDBC sink", JDBC_SINK, sink);
  const plugins = join(folder, 'plugins');
  mkdirSync(join(plugins, 'file'), { recursive: true });
  cpSync(sink, join(plugins, 'jdbc'), { recursive: true });
  const fileSink = `connect-file-${KAFKA_VERSION}.jar`;
  cpSync(join(jars, fileSink), join(plugins, 'file', fileSink));

  const [port = 0] = await freePorts(1);
  const url = `http://localhost:${port}`;
  const settings = join(folder, 'worker.properties');
  const deployed = readFileSync(join(DEPLOYED, 'worker.properties'), 'utf8');
  writeFileSync(
    settings,
    deployed
      .replace(/^bootstrap\.servers=.*$/m, `bootstrap.servers=${brokers}`)
      .replace(/^listeners=.*$/m, `listeners=${url}`)
      .replace(/^plugin\.path=.*$/m, `plugin.path=${plugins}`)
      .replaceAll('replication.factor=3', 'replication.factor=1'),
  );
  const logFile = join(folder, 'connect.log');
  const worker = supervised(
    java.command,
    [
      ...['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
      ...['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(jars, '*')],
      ...['org.apache.kafka.connect.cli.ConnectDistributed', settings],
    ],
    { logFile, graceSeconds: 10, env: { ...process.env, ...env } },
  );
  let status: number | undefined;
  void worker.exited.then((code) => (status = code));

  const until = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await condition().catch(() => false))) {
      if (status === undefined && Date.now() < deadline) {
        await sleep(100);
        continue;
      }
      await worker.kill();
      const log = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-30).join('\n');
      throw new Failure(`Kafka Connect did not get to "${what}". Its log ends with:\n${log}`);
    }
  };
  await until('answering', async () => (await fetch(`${url}/connectors`)).ok);
  return {
    run: async (name, config) => {
      const response = await fetch(`${url}/connectors/${name}/config`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(config),
      });
      if (!response.ok) throw new Failure(`${name}: ${await response.text()}`);
      await until(`running ${name}`, async () => {
        const answer = await fetch(`${url}/connectors/${name}/status`);
        const { tasks } = (await answer.json()) as { tasks: readonly { state: string }[] };
        return tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING');
      });
    },
    stop: async () => {
      await worker.kill();
    },
  };
}
