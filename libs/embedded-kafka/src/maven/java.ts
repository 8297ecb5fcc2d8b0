import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '@login-pipeline/command';

/** Kafka 4 brokers need this Java (KIP-1013). */
const OLDEST_JAVA = 17;

export interface Java {
  /** The program. */
  readonly command: string;
  /** What it says of itself: version, build, virtual machine. */
  readonly description: string;
}

const INSTALL = `Install Java ${OLDEST_JAVA} or newer (Debian: apt-get install default-jre-headless; macOS: brew install openjdk) or set JAVA_HOME.`;

/**
 * @returns the Java of JAVA_HOME or of the path
 * @throws {Failure} when there is none or it is too old
 */
export async function findJava(): Promise<Java> {
  const home = process.env['JAVA_HOME'];
  const command = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
  const description = await promisify(execFile)(command, ['-version']).then(
    ({ stderr }) => stderr.trim(),
    () => {
      throw new Failure(`Java is missing: "${command}" does not run. ${INSTALL}`);
    },
  );
  const major = javaMajor(description);
  if (major < OLDEST_JAVA) {
    throw new Failure(`Java ${major} is too old for Kafka: "${command}". ${INSTALL}`);
  }
  return { command, description };
}

/** @returns the feature release in the text of `java -version`; 0 when there is none */
export function javaMajor(description: string): number {
  // Up to Java 8 the version began with "1.".
  const match = /version "(?:1\.)?(\d+)/.exec(description);
  return Number(match?.[1] ?? 0);
}
