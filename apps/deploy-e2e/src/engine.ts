import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure, failureOf, isInstalled, supervised } from '@login-pipeline/command';
import { CACHE } from './control-plane.ts';
import { eventually } from './eventually.ts';

const run = promisify(execFile);
const GRACE_SECONDS = 30;

/** A Docker engine and the commands to use it. */
export interface Engine {
  /** Runs docker. @returns its standard output @throws {Failure} with what it says */
  docker(args: readonly string[], options?: EngineOptions): Promise<string>;
  /** Runs Docker Compose, version 2 or what there is, in the root of the repository. */
  compose(args: readonly string[], options?: EngineOptions): Promise<string>;
  stop(): Promise<void>;
}

export interface EngineOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Finds the engine that the user has, or starts one whose images are kept from run to run.
 *
 * @param root of the repository
 * @returns undefined when there is neither an engine nor dockerd and the rights to run it
 */
export async function findEngine(root: string): Promise<Engine | undefined> {
  const running = engineAt(root, {});
  if (await answers(running)) return { ...running, stop: () => Promise.resolve() };
  if (process.getuid?.() !== 0 || !isInstalled('dockerd') || !isInstalled('docker'))
    return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'login-pipeline-engine-'));
  const dataRoot = join(CACHE, 'engine');
  mkdirSync(dataRoot, { recursive: true });
  const host = `unix://${join(folder, 'docker.sock')}`;
  const daemon = supervised(
    'dockerd',
    [
      ...['--host', host, '--data-root', dataRoot, '--exec-root', join(folder, 'run')],
      ...['--pidfile', join(folder, 'docker.pid'), '--bip', '172.29.0.1/24'],
    ],
    { logFile: join(folder, 'engine.log'), graceSeconds: GRACE_SECONDS, orphanedFolder: folder },
  );
  const started = engineAt(root, { DOCKER_HOST: host });
  await eventually('dockerd answers', () => answers(started));
  const stop = async () => {
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...started, stop };
}

function engineAt(root: string, env: Readonly<Record<string, string>>): Omit<Engine, 'stop'> {
  const call = async (program: string, args: readonly string[], options: EngineOptions = {}) => {
    try {
      const { stdout } = await run(program, args, {
        cwd: options.cwd ?? root,
        env: { ...process.env, DOCKER_BUILDKIT: '1', ...env, ...options.env },
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout;
    } catch (error) {
      throw failureOf(error) ?? error;
    }
  };
  let version2: Promise<boolean> | undefined;
  return {
    docker: (args, options) => call('docker', args, options),
    compose: async (args, options) => {
      version2 ??= call('docker', ['compose', 'version']).then(
        () => true,
        () => false,
      );
      return (await version2)
        ? call('docker', ['compose', ...args], options)
        : call('docker-compose', args, options);
    },
  };
}

/**
 * @throws {Failure} when the engine's command lacks a part: images are built by BuildKit, and docker-compose.yml takes
 *   Compose
 */
export async function requireParts(engine: Engine): Promise<void> {
  const missing: string[] = [];
  if (!(await succeeds(engine.docker(['buildx', 'version'])))) {
    missing.push('buildx (Debian: apt-get install docker-buildx)');
  }
  if (!(await succeeds(engine.compose(['version'])))) {
    missing.push('Compose (Debian: apt-get install docker-compose)');
  }
  if (missing.length === 0) return;
  throw new Failure(`docker lacks what builds and runs the images: ${missing.join(', ')}.`);
}

async function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}

async function answers(engine: Omit<Engine, 'stop'>): Promise<boolean> {
  return engine.docker(['version', '--format', '{{.Server.Version}}']).then(
    (version) => version.trim() !== '',
    () => false,
  );
}
