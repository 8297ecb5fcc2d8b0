import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Failure, freePorts, requirePrograms, supervised } from '@login-pipeline/command';

const run = promisify(execFile);

/** Where Debian has the servers, one folder for each major version. */
const SERVERS = '/usr/lib/postgresql';
const START_TIMEOUT_MS = 60_000;

export interface RunningPostgres {
  readonly port: number;
  /** Runs SQL. @returns its rows, each as the JSON that PostgreSQL makes of it */
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Runs a statement without rows. */
  readonly run: (sql: string) => Promise<void>;
  /** Runs a file of statements. */
  readonly load: (file: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** @returns the folder with the programs of the newest server that is installed, or undefined */
export function postgresServer(): string | undefined {
  const version = existsSync(SERVERS) ? readdirSync(SERVERS).toSorted().at(-1) : undefined;
  return version === undefined ? undefined : join(SERVERS, version, 'bin');
}

/** @returns whether there is a server to test with; on CI there has to be one */
export function hasPostgres(): boolean {
  return process.env['CI'] === 'true' || postgresServer() !== undefined;
}

/**
 * Starts PostgreSQL with an empty database that trusts everyone on this machine.
 *
 * @param folder for its files; must be reachable by the user postgres when we are root
 * @throws {Failure} when it is not installed
 */
export async function startPostgres(folder: string): Promise<RunningPostgres> {
  const bin = postgresServer();
  if (bin === undefined) {
    throw new Failure('PostgreSQL is missing: apt-get install postgresql');
  }
  // It refuses to run as root.
  const isRoot = process.getuid?.() === 0;
  requirePrograms('psql', ...(isRoot ? ['runuser'] : []));
  const records = join(folder, 'postgres');
  mkdirSync(records);
  const as = isRoot ? ['runuser', '-u', 'postgres', '--'] : [];
  if (isRoot) {
    chmodSync(folder, 0o755);
    await run('chown', ['postgres', records]);
  }
  const [command, ...rest] = [...as, join(bin, 'initdb')];
  await run(command, [...rest, '-D', records, '-U', 'sink', '-A', 'trust', '-E', 'UTF8', '-N']);
  const [port = 0] = await freePorts(1);
  const [starter, ...args] = [...as, join(bin, 'postgres')];
  const options = ['-D', records, '-p', String(port), '-k', records, '-h', '127.0.0.1', '-F'];
  const logFile = join(folder, 'postgres.log');
  const server = supervised(starter, [...args, ...options], { logFile, graceSeconds: 10 });

  const connection = ['-X', '-q', '-h', '127.0.0.1', '-p', String(port), '-U', 'sink'];
  const psql = (...more: string[]): Promise<{ readonly stdout: string }> =>
    run('psql', [...connection, '-d', 'postgres', '-v', 'ON_ERROR_STOP=1', ...more], {
      maxBuffer: 256 * 1024 * 1024,
    });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (
    !(await psql('-c', 'SELECT 1').then(
      () => true,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) throw new Failure(`PostgreSQL does not start. See ${logFile}`);
    await sleep(100);
  }
  return {
    port,
    query: async (sql) => {
      const rows = `SELECT coalesce(json_agg(r), '[]') FROM (${sql}) AS r`;
      const { stdout } = await psql('-A', '-t', '-c', rows);
      return JSON.parse(stdout) as readonly Readonly<Record<string, unknown>>[];
    },
    run: async (sql) => {
      await psql('-c', sql);
    },
    load: async (file) => {
      await psql('-f', file);
    },
    stop: async () => {
      await server.stop();
    },
  };
}
