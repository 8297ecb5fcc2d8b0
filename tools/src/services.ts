import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { V8_OPTIONS } from '@login-pipeline/bundle';
import { EXIT, Failure, isListening, supervised } from '@login-pipeline/command';
import type { Supervised } from '@login-pipeline/command';
import { KAFKA_HOME } from '@login-pipeline/embedded-kafka';

const ROOT = join(import.meta.dirname, '..', '..');
/** Longer than the services' own limit for finishing work in hand (DRAIN_TIMEOUT_MS). */
const GRACE_SECONDS = 30;
const DEFAULT_HTTP_PORT = 3000;

/** In the order they start: readers before the writer. They stop in the reverse order, so that all work is read. */
export const SERVICE_NAMES = ['aggregator', 'transformer', 'data-generator'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** Means another thing to each service, or was meant for another Node. */
const NOT_FOR_ALL = new Set(['NODE_OPTIONS', 'INPUT_TOPIC', 'OUTPUT_TOPIC', 'GROUP_ID']);

/** One log per service, of the last run. */
export const LOGS_DIR = join(KAFKA_HOME, 'logs');
/** Where the generator of `npm start` notes what the pipeline has to arrive at. */
export const TRUTH_FILE = join(KAFKA_HOME, 'truth.json');

export interface RunningService extends Supervised {
  readonly name: ServiceName;
}

/** Where each service answers over HTTP. */
export type ServicePorts = Readonly<Record<ServiceName, number>>;

/**
 * @param base HTTP_PORT as the user gave it: the first of three ports in a row; empty: 3000
 * @throws {Failure} when it is no port number
 */
export function servicePorts(base = ''): ServicePorts {
  const port = base === '' ? DEFAULT_HTTP_PORT : Number(base);
  if (!Number.isInteger(port) || port < 1 || port > 65_533) {
    throw new Failure(
      'HTTP_PORT: expected the first of three port numbers in a row, 1 to 65533',
      EXIT.config,
    );
  }
  return { aggregator: port, transformer: port + 1, 'data-generator': port + 2 };
}

/** @throws {Failure} that names the port and the setting when another program listens on one of them */
export async function refuseTakenServicePorts(ports: ServicePorts): Promise<void> {
  for (const name of SERVICE_NAMES) {
    const port = ports[name];
    if (!(await isListening(port))) continue;
    throw new Failure(
      `Port ${port}, which the ${name} needs, is taken. Stop its owner ("lsof -i :${port}" or "ss -ltnp sport = :${port}" names it) or set HTTP_PORT to the first of three free ports.`,
    );
  }
}

/**
 * The environment of a service: the user's own settings, without those that cannot suit all three at once and without
 * what was meant for another Node.
 */
export function serviceEnvironment(
  name: ServiceName,
  ports: ServicePorts,
  brokers: string,
  user: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const settings = Object.entries(user).filter(([variable]) => !NOT_FOR_ALL.has(variable));
  return {
    ...(name === 'data-generator' ? { BAD_RATIO: '0.01', TRUTH_FILE } : {}),
    ...Object.fromEntries(settings),
    KAFKA_BROKERS: brokers,
    HTTP_PORT: String(ports[name]),
  };
}

/** Starts a built service; its log goes to a file, so that the terminal stays clean. */
export function startService(name: ServiceName, env: NodeJS.ProcessEnv): RunningService {
  mkdirSync(LOGS_DIR, { recursive: true });
  rmSync(logFile(name), { force: true });
  const main = join(ROOT, 'dist', 'apps', name, 'main.js');
  const service = supervised(process.execPath, [...V8_OPTIONS, main], {
    logFile: logFile(name),
    graceSeconds: GRACE_SECONDS,
    env,
  });
  return { ...service, name };
}

export function logFile(name: ServiceName): string {
  return join(LOGS_DIR, `${name}.log`);
}

/** @returns the last lines that a service logged */
export function lastLogLines(name: ServiceName, count: number): string {
  return readFileSync(logFile(name), 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}
