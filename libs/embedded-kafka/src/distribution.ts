import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts, wrongArgument } from '@login-pipeline/command';
import { maven, onlyOnce } from './maven/maven.ts';
import { findJava } from './maven/java.ts';
import { serverProperties } from './server-properties.ts';
import { QUICK_JVM, spawnBroker, waitUntilListening } from './broker-process.ts';

const POM = join(import.meta.dirname, 'pom.xml');
/** Every embedded cluster has this id: what tells clusters apart is their address. */
export const CLUSTER_ID = 'bG9naW4tcGlwZWxpbmUtMA';
const run = promisify(execFile);

/** Which Kafka a cluster runs. */
export interface KafkaRelease {
  /** A release on Maven Central, from 3.9.0 on. Default: the one that all tests run against. */
  readonly version?: string | undefined;
  /** The level of the feature `transaction.version` (KIP-890), from Kafka 4.0 on. Default: the release's own. */
  readonly transactionVersion?: 1 | 2 | undefined;
}

/** @returns the release that an option `--kafka` names @throws {Failure} when it names none */
export function kafkaVersion(text: string): string {
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(text) ?? [];
  if (Number(major) >= 4 || (Number(major) === 3 && Number(minor) >= 9)) return text;
  throw wrongArgument(`--kafka ${text}`, 'a release from 3.9.0 on, such as 4.4.0');
}

/** Everything a broker needs to start at once: jars, a class data archive, a formatted folder to copy. */
export interface Distribution {
  readonly java: string;
  readonly classPath: string;
  /** Class data archive of exactly this Java and these jars. */
  readonly archive: string;
  /** Formatted folder of a node, without records. */
  readonly formatted: string;
  /** Options of Kafka's StorageTool, for the features that the cluster begins with. */
  readonly features: readonly string[];
}

/**
 * Fetches the jars and prepares them, once; later calls find all in place and need no network.
 *
 * @param home folder for jars and archives
 * @param release each has jars and archives of its own
 * @param onProgress told one line per stage that takes time
 * @throws {Failure} when Java or Maven is missing or the download fails
 */
export async function prepareDistribution(
  home: string,
  { version, transactionVersion }: KafkaRelease,
  onProgress: (line: string) => void,
): Promise<Distribution> {
  const java = await findJava();
  const pom = readFileSync(POM, 'utf8');
  const jars = join(home, `jars-${digest(pom)}${version === undefined ? '' : `-${version}`}`);
  await onlyOnce(jars, (folder) => {
    onProgress(`fetching Apache Kafka${version === undefined ? '' : ` ${version}`} (44 MB, once)`);
    return fetchJars(folder, version);
  });
  const names = readdirSync(jars).sort();
  const classPath = names.map((name) => join(jars, name)).join(':');
  // The archive is void as soon as Java or a jar (path, size, time) differs, and Java would ignore it silently.
  const times = names.map((name) => statSync(join(jars, name)).mtimeMs);
  const features =
    transactionVersion === undefined
      ? []
      : ['--feature', `transaction.version=${transactionVersion}`];
  const made = [java.description, classPath, ...times, ...features];
  const prepared = join(home, `prepared-${digest(made.join())}`);
  const distribution = {
    java: java.command,
    classPath,
    archive: join(prepared, 'classes.jsa'),
    formatted: join(prepared, 'formatted'),
    features,
  };
  await onlyOnce(prepared, async (folder) => {
    onProgress('preparing Kafka for fast starts (about 10 s, once)');
    await prepare(folder, distribution);
  });
  return distribution;
}

async function fetchJars(folder: string, version: string | undefined): Promise<void> {
  const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
  const release = version === undefined ? [] : [`-Dkafka.version=${version}`];
  await maven('the Kafka jars', ['-f', POM, ...copy, ...release, `-DoutputDirectory=${folder}`]);
}

/**
 * Formats the folder that the properties name.
 *
 * @param options for Kafka's StorageTool
 */
export async function formatStorage(
  { java, classPath, features }: Pick<Distribution, 'java' | 'classPath' | 'features'>,
  propertiesFile: string,
  options: readonly string[] = [],
): Promise<void> {
  await run(java, [
    ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'],
    ...['-cp', classPath, 'kafka.tools.StorageTool', 'format'],
    ...['--cluster-id', CLUSTER_ID, '--config', propertiesFile, ...features, ...options],
  ]);
}

async function prepare(folder: string, distribution: Distribution): Promise<void> {
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const formatted = join(folder, 'formatted');
  const scratch = join(folder, 'scratch');
  const properties = join(folder, 'server.properties');
  const node = { id: 1, port, controllerPort };
  writeFileSync(properties, serverProperties(node, [node], formatted));
  mkdirSync(formatted);
  await formatStorage(distribution, properties);
  cpSync(formatted, scratch, { recursive: true });
  writeFileSync(properties, serverProperties(node, [node], scratch));
  const javaOptions = [...QUICK_JVM, `-XX:ArchiveClassesAtExit=${join(folder, 'classes.jsa')}`];
  const log = join(folder, 'prepare.log');
  const broker = spawnBroker(distribution, properties, log, javaOptions, folder);
  await waitUntilListening(broker, port, log);
  await broker.stop();
  for (const name of [scratch, properties]) rmSync(name, { recursive: true });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
