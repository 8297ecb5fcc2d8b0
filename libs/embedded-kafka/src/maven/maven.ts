import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '@login-pipeline/command';

const run = promisify(execFile);

/** Makes a folder complete or not at all, also when two processes do so at the same time. */
export async function onlyOnce(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
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

/**
 * Runs Maven, to fetch something.
 *
 * @param what named in errors
 * @throws {Failure} when Maven is missing or fails
 */
export async function maven(what: string, args: readonly string[]): Promise<void> {
  try {
    const options = ['-B', '-q', '-ntp', '-Dstyle.color=never'];
    await run('mvn', [...options, ...args]);
  } catch (error) {
    const { code, stdout } = error as { code?: string | number; stdout?: string };
    if (code === 'ENOENT') {
      throw new Failure(
        `Maven is missing: "mvn" does not run. It fetches ${what}, once. Install it (Debian: apt-get install maven; macOS: brew install maven).`,
      );
    }
    const said = (stdout ?? '').split('\n').filter((line) => line.includes('ERROR'));
    throw new Failure(
      `Maven cannot fetch ${what}. Is the network up? It says:\n${said.slice(0, 3).join('\n')}`,
    );
  }
}

/** An archive on Maven Central. */
export interface Archive {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  readonly classifier: string;
}

/** The last plugin that fetches what has no complete description beside it on Maven Central. */
const GET = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:get';

/**
 * Fetches a `tar.gz` and unpacks it, once.
 *
 * @param what named in errors
 * @param folder where it is to be; made complete or not at all
 */
export function unpackArchive(what: string, archive: Archive, folder: string): Promise<void> {
  const { group, name, version, classifier } = archive;
  return onlyOnce(folder, async (temporary) => {
    const file = join(temporary, 'download.tar.gz');
    const artifact = `-Dartifact=${group}:${name}:${version}:tar.gz:${classifier}`;
    await maven(what, [GET, artifact, '-Dtransitive=false', `-Ddest=${file}`]);
    await run('tar', ['-xzf', file, '-C', temporary]);
    rmSync(file);
  });
}
