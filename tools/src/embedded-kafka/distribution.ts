import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../failure.ts';
import { findJava } from './java.ts';
import { freePorts } from './ports.ts';
import { serverProperties } from './server-properties.ts';
import { spawnBroker, waitUntilListening } from './broker-process.ts';

const POM = join(import.meta.dirname, 'pom.xml');
/** Every embedded cluster has this id: what tells clusters apart is their address. */
export const CLUSTER_ID = 'bG9naW4tcGlwZWxpbmUtMA';
const run = promisify(execFile);

/** Everything a broker needs to start at once: jars, a class data archive, a formatted folder to copy. */
export interface Distribution {
  readonly java: string;
  readonly classPath: string;
  /** Class data archive of exactly this Java and these jars. */
  readonly archive: string;
  /** Formatted folder of a node, without records. */
  readonly formatted: string;
}

/**
 * Fetches the jars and prepares them, once; later calls find all in place and need no network.
 *
 * @param home folder for jars and archives
 * @param onProgress told one line per stage that takes time
 * @throws {Failure} when Java or Maven is missing or the download fails
 */
export async function prepareDistribution(
  home: string,
  onProgress: (line: string) => void,
): Promise<Distribution> {
  const java = await findJava();
  const pom = readFileSync(POM, 'utf8');
  const jars = join(home, `jars-${digest(pom)}`);
  await onlyOnce(jars, (folder) => {
    onProgress('fetching Apache Kafka (44 MB, once)');
    return fetchJars(folder);
  });
  const names = readdirSync(jars).sort();
  const classPath = names.map((name) => join(jars, name)).join(':');
  // The archive is void as soon as Java or a jar (path, size, time) differs, and Java would ignore it silently.
  const times = names.map((name) => statSync(join(jars, name)).mtimeMs);
  const prepared = join(home, `prepared-${digest([java.description, classPath, ...times].join())}`);
  const distribution = {
    java: java.command,
    classPath,
    archive: join(prepared, 'classes.jsa'),
    formatted: join(prepared, 'formatted'),
  };
  await onlyOnce(prepared, async (folder) => {
    onProgress('preparing Kafka for fast starts (about 10 s, once)');
    await prepare(folder, distribution);
  });
  return distribution;
}

/** Makes a folder complete or not at all, also when two processes do so at the same time. */
async function onlyOnce(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  mkdirSync(join(folder, '..'), { recursive: true });
  const temporary = mkdtempSync(`${folder}.`);
  try {
    await fill(temporary);
    renameSync(temporary, folder);
  } catch (error) {
    // Another process may have been faster; what it made is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function fetchJars(folder: string): Promise<void> {
  const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
  try {
    await run('mvn', [
      '-B',
      '-q',
      '-ntp',
      '-Dstyle.color=never',
      '-f',
      POM,
      ...copy,
      `-DoutputDirectory=${folder}`,
    ]);
  } catch (error) {
    const { code, stdout } = error as { code?: string | number; stdout?: string };
    if (code === 'ENOENT') {
      throw new Failure(
        'Maven is missing: "mvn" does not run. It fetches the Kafka jars, once. Install it (Debian: apt-get install maven; macOS: brew install maven).',
      );
    }
    const said = (stdout ?? '').split('\n').filter((line) => line.includes('ERROR'));
    throw new Failure(
      `The Kafka jars cannot be fetched. Is the network up? Maven says:\n${said.slice(0, 3).join('\n')}`,
    );
  }
}

async function prepare(folder: string, distribution: Distribution): Promise<void> {
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const formatted = join(folder, 'formatted');
  const scratch = join(folder, 'scratch');
  const properties = join(folder, 'server.properties');
  const node = { id: 1, port, controllerPort };
  writeFileSync(properties, serverProperties(node, [node], formatted));
  mkdirSync(formatted);
  await run(distribution.java, [
    ...['-cp', distribution.classPath, 'kafka.tools.StorageTool'],
    ...['format', '--cluster-id', CLUSTER_ID, '--config', properties],
  ]);
  cpSync(formatted, scratch, { recursive: true });
  writeFileSync(properties, serverProperties(node, [node], scratch));
  const archiveOption = `-XX:ArchiveClassesAtExit=${join(folder, 'classes.jsa')}`;
  const log = join(folder, 'prepare.log');
  const broker = spawnBroker(distribution, properties, log, archiveOption, folder);
  await waitUntilListening(broker, port, log);
  await broker.stop();
  for (const name of [scratch, properties]) rmSync(name, { recursive: true });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
