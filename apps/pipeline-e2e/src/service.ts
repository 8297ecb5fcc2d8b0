import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { V8_OPTIONS } from '@login-pipeline/bundle';
import { freePorts } from '@login-pipeline/command';
import { brokers } from './cluster.ts';
import { waitFor } from './wait-for.ts';

const DIST = join(import.meta.dirname, '..', '..', '..', 'dist', 'apps');

/** Ends the service with the test, however that ends: then the pipe to its standard input closes. */
const END_WITH_PARENT =
  'data:text/javascript,process.stdin.on("close",()=>process.kill(process.pid,"SIGKILL")).resume()';

/** The largest part of a log that an error quotes, in characters. */
const QUOTED_LOG = 4_000;

export type AppName = 'transformer' | 'aggregator' | 'data-generator';

/** How a process ended: its exit code, or the signal that killed it. */
export type Exit = number | NodeJS.Signals;

/** Environment variables of a service. */
export type Settings = Readonly<Record<string, string>>;

/** Services that run now. */
const running = new Set<Service>();

/** A built service in a process of its own, seen from outside: signals, exit code, log and HTTP. */
export class Service {
  readonly app: AppName;
  readonly url: string;
  /** Settles when the process has ended and all its output is here. */
  readonly ended: Promise<Exit>;
  readonly #child: ChildProcess;
  #output = '';
  #exit: Exit | undefined;

  private constructor(app: AppName, settings: Settings, port: number, node: string, dist: string) {
    const main = join(dist, app, 'main.js');
    if (!existsSync(main)) throw new Error(`${app} is not built: run "npx nx build ${app}"`);
    this.app = app;
    this.url = `http://127.0.0.1:${port}`;
    // An older Node does not know them all.
    const options = node === process.execPath ? V8_OPTIONS : [];
    const { KAFKA_BROKERS = brokers() } = settings;
    this.#child = spawn(node, [...options, '--import', END_WITH_PARENT, main], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { HTTP_PORT: String(port), ...settings, KAFKA_BROKERS },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        // One of both is set, says Node.
        this.#exit = code ?? signal ?? 'SIGKILL';
        running.delete(this);
        resolve(this.#exit);
      });
    });
    running.add(this);
  }

  /**
   * Starts a service on an HTTP port of its own; does not wait until it is ready.
   *
   * @param node the Node to run it with; default: the tests' own
   * @param dist the folder of the built services; default: the workspace's
   */
  static async start(
    app: AppName,
    settings: Settings = {},
    node = process.execPath,
    dist = DIST,
  ): Promise<Service> {
    const [port = 0] = await freePorts(1);
    return new Service(app, settings, port, node, dist);
  }

  /** How it ended, or undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** All that it wrote so far, standard output and error. */
  get output(): string {
    return this.#output;
  }

  /** @returns the most memory that the process had resident so far, in bytes (proc(5), VmHWM) */
  async peakResidentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kilobytes === undefined) throw new Error(`${this.app} has no peak in /proc`);
    return Number(kilobytes) * 1024;
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Kills the process at once, frozen or not. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.ended;
  }

  /** @returns the service's answer; rejects while nothing listens */
  get(path: string): Promise<Response> {
    return fetch(this.url + path, { signal: AbortSignal.timeout(5_000) });
  }

  /** @returns itself once the readiness probe passes */
  async ready(deadlineMs?: number): Promise<this> {
    const isReady = async () => (await this.status('/health/ready')) === 200;
    await this.until('ready', isReady, deadlineMs);
    return this;
  }

  /** @returns the status code of the answer, or undefined while nothing answers */
  async status(path: string): Promise<number | undefined> {
    try {
      const { status, body } = await this.get(path);
      await body?.cancel();
      return status;
    } catch {
      return undefined;
    }
  }

  /**
   * Waits for a condition while the service runs.
   *
   * @throws Error with the end of the log when the service ends, or the deadline passes, before it holds
   */
  async until<T>(
    what: string,
    condition: () => T | undefined | false | Promise<T | undefined | false>,
    deadlineMs?: number,
  ): Promise<T> {
    try {
      return await waitFor(
        `${this.app}: ${what}`,
        () => {
          if (this.#exit !== undefined) throw new Error(`It ended with ${this.#exit}`);
          return condition();
        },
        deadlineMs,
      );
    } catch (error) {
      const log = this.#output.slice(-QUOTED_LOG);
      throw new Error(`${this.app} did not get to "${what}". Its log:\n${log}`, { cause: error });
    }
  }
}

/** Kills every service that still runs: for `afterEach`. */
export async function killServices(): Promise<void> {
  await Promise.all([...running].map((service) => service.kill()));
}
