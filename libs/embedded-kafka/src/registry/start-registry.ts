import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, freePorts, supervised } from '@login-pipeline/command';
import type { Supervised } from '@login-pipeline/command';
import { findJava } from '../maven/java.ts';
import { KAFKA_HOME } from '../start-kafka.ts';
import { unpackArchive } from '../maven/maven.ts';

/** The newest line that runs on Java 17, as Kafka does. */
const ARCHIVE = {
  group: 'io.apicurio',
  name: 'apicurio-registry-app',
  version: '3.0.9',
  classifier: 'all',
};
const START_TIMEOUT_MS = 60_000;

export interface RunningRegistry {
  /** The base of its API, as SCHEMA_REGISTRY_URL takes it. */
  readonly url: string;
  /** Freezes it: connections stay open and nothing answers. */
  readonly pause: () => void;
  /** Ends the freeze. */
  readonly resume: () => void;
  /** Ends it; it keeps nothing. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts Apicurio Registry, which has the API of Confluent's Schema Registry, on a free port, with its records in
 * memory. It ends with this process, however that ends.
 *
 * @throws {Failure} when Java or Maven is missing or it does not start
 */
export async function startRegistry(): Promise<RunningRegistry> {
  const java = await findJava();
  const home = join(KAFKA_HOME, `registry-${ARCHIVE.version}`);
  await unpackArchive('Apicurio Registry (109 MB)', ARCHIVE, home);
  const folder = mkdtempSync(join(tmpdir(), 'embedded-registry-'));
  const [port = 0] = await freePorts(1);
  const logFile = join(folder, 'registry.log');
  const registry = supervised(
    java.command,
    [
      ...['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
      ...[`-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=127.0.0.1'],
      ...['-Dquarkus.management.enabled=false', '-jar'],
      join(home, `${ARCHIVE.name}-${ARCHIVE.version}-runner.jar`),
    ],
    { logFile, graceSeconds: 5, orphanedFolder: folder },
  );
  const stop = async (): Promise<void> => {
    await registry.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  try {
    await answering(registry, url, logFile);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    pause: () => {
      registry.signal('SIGSTOP');
    },
    resume: () => {
      registry.signal('SIGCONT');
    },
    stop,
  };
}

async function answering(registry: Supervised, url: string, logFile: string): Promise<void> {
  let status: number | undefined;
  void registry.exited.then((code) => (status = code));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (
    !(await fetch(`${url}/subjects`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (status === undefined && Date.now() < deadline) {
      await sleep(50);
      continue;
    }
    const last = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
    const what = status === undefined ? 'does not answer' : `ended with status ${status}`;
    throw new Failure(`The schema registry ${what}. Its log ends with:\n${last}`);
  }
}
