import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure, supervised } from '@login-pipeline/command';
import { KAFKA_HOME } from '@login-pipeline/embedded-kafka';
import { findJava } from '@login-pipeline/embedded-kafka/maven';
import { Broker } from '@login-pipeline/plain-wire';
import type { Contender, Lane, Position, Running } from '../contender.ts';
import { readAll } from '../output-check.ts';

const SOURCES = join(import.meta.dirname, 'streams');
const GRACE_SECONDS = 20;
const run = promisify(execFile);

/** Kafka Streams as built for this machine. */
export interface StreamsBuild {
  readonly java: string;
  readonly classPath: string;
}

/**
 * Fetches the jars and compiles the peer, once per change.
 *
 * @throws {Failure} when Maven or a JDK is missing or one of them fails
 */
export async function buildStreams(onProgress: (line: string) => void): Promise<StreamsBuild> {
  const { command: java } = await findJava();
  const pom = join(SOURCES, 'pom.xml');
  const source = join(SOURCES, 'Peer.java');
  const digest = createHash('sha256').update(readFileSync(pom)).update(readFileSync(source));
  const home = join(KAFKA_HOME, 'bench', `streams-${digest.digest('hex').slice(0, 12)}`);
  if (!existsSync(home)) {
    onProgress('building the Kafka Streams peer (once)');
    const temporary = `${home}.${process.pid}`;
    const jars = join(temporary, 'jars');
    mkdirSync(jars, { recursive: true });
    try {
      const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
      await run('mvn', ['-B', '-q', '-ntp', '-f', pom, ...copy, `-DoutputDirectory=${jars}`]);
      await run(`${java}c`, ['-cp', join(jars, '*'), '-d', join(temporary, 'classes'), source]);
      renameSync(temporary, home);
    } catch (error) {
      throw new Failure(
        `The Kafka Streams peer cannot be built: it needs Maven, a JDK (javac) and the network. ${String(error)}`,
      );
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  }
  return { java, classPath: [join(home, 'jars', '*'), join(home, 'classes')].join(':') };
}

/** Filter and mark, under exactly_once_v2. */
export function streamsMark(build: StreamsBuild): Contender {
  return {
    name: 'kafka-streams',
    share: 1,
    start: (lane) => {
      const group = `${lane.id}-streams`;
      const running = start(build, lane, 'mark', group, [lane.output, lane.deadLetter]);
      return Promise.resolve({
        ...running,
        writes: lane.output,
        checksOutputs: ['emitted', 'dead_lettered'],
      });
    },
  };
}

/** Four counts, under exactly_once_v2. */
export function streamsCount(build: StreamsBuild, partitions: number): Contender {
  return {
    name: 'kafka-streams',
    share: 1,
    start: (lane) => {
      const group = `${lane.id}-streams`;
      return Promise.resolve({
        ...start(build, lane, 'count', group, [lane.counts]),
        writes: lane.counts,
        checkCounts: (counted) => checkCounts(lane, partitions, counted),
      });
    },
  };
}

function start(
  { java, classPath }: StreamsBuild,
  lane: Lane,
  job: 'mark' | 'count',
  group: string,
  topics: readonly string[],
): Pick<Running, 'processes' | 'logFile' | 'positions'> {
  const logFile = join(lane.folder, `${lane.id}.log`);
  const state = join(lane.folder, `${lane.id}-state`);
  const process = supervised(
    java,
    [
      ...['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', classPath, 'Peer'],
      ...[job, lane.brokers, group, state, lane.input, ...topics],
    ],
    { logFile, graceSeconds: GRACE_SECONDS },
  );
  const positions: Position[] = [{ group, topic: lane.input }];
  return { processes: [process], logFile, positions };
}

/** The last count of each value stands; every dimension must add up to all logins. */
async function checkCounts(lane: Lane, partitions: number, counted: number): Promise<void> {
  const broker = await Broker.connect(lane.brokers);
  const counts = new Map<string, number>();
  await readAll(broker, lane.counts, partitions, ({ key, value }) => {
    counts.set(key.toString(), Number(value.readBigInt64BE()));
  });
  broker.close();
  const totals = new Map<string, number>();
  for (const [key, count] of counts) {
    const [dimension = ''] = key.split('=');
    totals.set(dimension, (totals.get(dimension) ?? 0) + count);
  }
  if (totals.size === 4 && [...totals.values()].every((total) => total === counted)) return;
  throw new Error(`the counts add up to ${JSON.stringify([...totals])}, not to ${counted} each`);
}
