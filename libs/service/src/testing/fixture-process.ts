import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

const DEADLINE_MS = 20_000;

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Nest and Fastify look for packages that nobody has installed; the bundle leaves that to the run. */
const optionalPackages: Plugin = {
  name: 'optional-packages',
  setup: (building) => {
    building.onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === optionalPackages) return undefined;
      const found = await building.resolve(path, { ...options, pluginData: optionalPackages });
      return found.errors.length === 0 ? found : { path, external: true };
    });
  },
};

/** The fixture service, bundled once with all that it needs: it starts in a third of the time. */
export class FixtureBundle {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fixture-'));
  readonly #running = new Set<FixtureProcess>();

  async build(): Promise<void> {
    await build({
      entryPoints: [join(import.meta.dirname, 'service-fixture.ts')],
      outfile: join(this.#folder, 'main.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22.15',
      plugins: [optionalPackages],
      // CommonJS dependencies inside an ES module still call require.
      banner: {
        js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
      },
      logLevel: 'silent',
    });
  }

  run(scenario: string, port = 0): FixtureProcess {
    const started = new FixtureProcess(join(this.#folder, 'main.mjs'), scenario, port);
    this.#running.add(started);
    return started;
  }

  /** Kills what still runs and removes the bundle. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#running].map((started) => started.kill()));
    rmSync(this.#folder, { recursive: true });
  }
}

/** One run of the fixture service. */
export class FixtureProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  /** The exit code; the signal's name when a signal ended the process. */
  readonly exit: Promise<number | string | null>;
  stdout = '';
  stderr = '';

  constructor(file: string, scenario: string, port: number) {
    this.#child = spawn(process.execPath, [file, scenario, String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PASSWORD: 'canary' },
    });
    this.exit = new Promise((done) => {
      this.#child.once('close', (code, signal) => {
        done(code ?? signal);
      });
    });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  /** The complete log lines so far. */
  get log(): readonly LogLine[] {
    const lines = this.stdout.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  get messages(): readonly string[] {
    return this.log.map(({ msg }) => msg);
  }

  /** Waits for a log line. */
  async logged(message: string): Promise<LogLine> {
    const deadline = Date.now() + DEADLINE_MS;
    while (Date.now() < deadline) {
      const line = this.log.find(({ msg }) => msg.startsWith(message));
      if (line) return line;
      await pause(10);
    }
    throw new Error(`Not logged: ${message}\n${this.stdout}${this.stderr}`);
  }

  /** Where the HTTP server listens. */
  async address(): Promise<string> {
    return String((await this.logged('HTTP server listens'))['address']);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The reader of the log goes away, as `| head` does. */
  breakPipe(): void {
    this.#child.stdout.destroy();
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exit;
  }
}
