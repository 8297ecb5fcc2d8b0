import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, isListening, supervised } from '@login-pipeline/command';
import type { Supervised } from '@login-pipeline/command';
import type { Distribution } from './distribution.ts';

const START_TIMEOUT_MS = 60_000;
/** A clean end takes a second or two; on a loaded machine, writing the class data archive takes far longer. */
const STOP_GRACE_SECONDS = 60;

/** The first-tier compiler and the serial collector start fastest and are enough for a machine that runs tests. */
export const QUICK_JVM = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] as const;

/** Starts the Java process of one node. */
export function spawnBroker(
  distribution: Pick<Distribution, 'java' | 'classPath'>,
  propertiesFile: string,
  logFile: string,
  javaOptions: readonly string[],
  orphanedFolder?: string,
): Supervised {
  return supervised(
    distribution.java,
    [
      ...javaOptions,
      ...['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', distribution.classPath],
      ...['kafka.Kafka', propertiesFile],
    ],
    { logFile, graceSeconds: STOP_GRACE_SECONDS, orphanedFolder },
  );
}

/**
 * Waits until the node takes requests: it opens its port only when the controller has let it in.
 *
 * @throws {Failure} when it dies or takes longer than a minute
 */
export async function waitUntilListening(
  broker: Supervised,
  port: number,
  logFile: string,
): Promise<void> {
  let status: number | undefined;
  void broker.exited.then((code) => (status = code));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isListening(port))) {
    if (status !== undefined) throw new Failure(whyItDied(logFile, status));
    if (Date.now() > deadline) {
      await broker.kill();
      throw new Failure(`Kafka does not listen on port ${port} after a minute. See ${logFile}`);
    }
    await sleep(20);
  }
}

function whyItDied(logFile: string, status: number): string {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n') : [];
  const last = lines.slice(-8).join('\n');
  return `Kafka ended with status ${status} while starting. Its log ${logFile} ends with:\n${last}`;
}
