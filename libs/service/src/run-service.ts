import type { DynamicModule, Type } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadSettings, redact } from '@login-pipeline/config';
import type { Concern } from '@login-pipeline/config';
import {
  createLogger,
  Metrics,
  PROCESS_METRICS,
  startTracing,
} from '@login-pipeline/observability';
import type { Logger, MetricSet, TracesSettings, Tracing } from '@login-pipeline/observability';
import { Health } from './health.ts';
import { createHttpApp } from './http-app.ts';
import { Shutdown } from './shutdown.ts';
import { giveBackStartGarbage } from './start-garbage.ts';
import { boundYoungGeneration } from './young-generation.ts';

/** The settings that running a service takes. */
export interface ServiceSettings {
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Addresses and networks whose `X-Forwarded-For` is believed; default: none. */
    readonly trustedProxies?: readonly string[];
  };
  readonly log: { readonly level: string };
  /** Default: no traces. */
  readonly traces?: TracesSettings;
  /** How long strategies may take to close; default 20 s. */
  readonly drainTimeoutMs?: number;
}

/** What the parts of a service are given. */
export interface ServiceContext<S extends ServiceSettings> {
  readonly settings: S;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Undefined while traces are off. */
  readonly tracing: Tracing | undefined;
  /**
   * Ends the service: logs the error once, closes within 5 s, exits with the error's numeric `exitCode` or 70. An
   * error with an `exitCode` is the operator's matter and is logged without its stack.
   */
  readonly fail: (error: unknown) => void;
  /** Ends the service as SIGTERM would: drains, closes, exits with 0. */
  readonly stop: () => void;
}

export interface ServiceDefinition<S extends ServiceSettings> {
  readonly name: string;
  readonly version: string;
  /** Read from the environment; what is in force is the first line of the log, without secrets. */
  readonly settings: Concern<S>;
  /** What the service shows, each family from its start on. */
  readonly metrics: {
    /** Of the names of all of them. */
    readonly prefix: string;
    readonly sets: readonly MetricSet[];
  };
  readonly module: (context: ServiceContext<S>) => Type | DynamicModule;
  /** Started last, closed first. A strategy reports a failed start with `callback(error)`. */
  readonly transports?: (
    app: NestFastifyApplication,
    context: ServiceContext<S>,
  ) => readonly CustomTransportStrategy[];
}

const DEFAULT_DRAIN_TIMEOUT_MS = 20_000;
/** EX_CONFIG of sysexits.h. */
const BAD_SETTINGS = 78;

/**
 * Runs a service until a signal, `stop()` or `fail()` ends the process. Start order: settings, logger, Nest, HTTP,
 * transports; a stop takes the reverse way. Never rejects: what goes wrong ends the process.
 *
 * Exit codes: 0 clean stop, 78 bad settings or HTTP address, 70 internal error, else the failing error's own.
 */
export async function runService<S extends ServiceSettings>(
  definition: ServiceDefinition<S>,
): Promise<void> {
  const shutdown = new Shutdown();
  shutdown.install();
  try {
    await start(definition, shutdown);
  } catch (error) {
    // What a stop interrupts fails as a consequence.
    if (!shutdown.begun) shutdown.fail(error);
  }
}

async function start<S extends ServiceSettings>(
  definition: ServiceDefinition<S>,
  shutdown: Shutdown,
): Promise<void> {
  const { name, version } = definition;
  const settings = loadSettings(definition.settings);
  const logger = createLogger({ service: name, version, level: settings.log.level });
  shutdown.logTo(logger);
  logger.info({ settings: redact(settings) }, `${name} ${version} starts`);
  for (const warning of definition.settings.warnings(settings)) logger.warn(warning);

  let started = false;
  const health = new Health();
  health.register('service', {
    notReady: () => (shutdown.begun ? 'draining' : started ? undefined : 'starting'),
  });
  const metrics = new Metrics(definition.metrics.prefix);
  metrics.collectProcessMetrics();
  metrics.expose(PROCESS_METRICS, ...definition.metrics.sets);
  metrics.set(
    PROCESS_METRICS.build_info,
    { service: name, version, node: process.versions.node },
    1,
  );
  const tracing = await startTracing(definition, settings.traces, logger);
  const context: ServiceContext<S> = {
    settings,
    logger,
    metrics,
    health,
    tracing,
    fail: (error) => {
      shutdown.fail(error);
    },
    stop: () => {
      shutdown.stop();
    },
  };

  const app = await createHttpApp(
    definition.module(context),
    context,
    settings.http.trustedProxies,
  );
  shutdown.closesApp(async () => {
    await app.close();
    await tracing?.shutdown();
  });
  await listen(app, settings.http, logger);
  if (shutdown.begun) return;
  for (const strategy of definition.transports?.(app, context) ?? []) {
    shutdown.drains(strategy, settings.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS);
    app.connectMicroservice({ strategy });
  }
  await app.startAllMicroservices();
  boundYoungGeneration();
  giveBackStartGarbage();
  started = true;
}

/** Nest's own `listen()` would log a taken port a second time, as an internal error. */
async function listen(
  app: NestFastifyApplication,
  { host, port }: ServiceSettings['http'],
  logger: Logger,
): Promise<void> {
  try {
    const address = await app.getHttpAdapter().getInstance().listen({ host, port });
    logger.info({ address }, 'HTTP server listens');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : addressError(code, host, port, error);
  }
}

function addressError(code: string, host: string, port: number, cause: unknown): Error {
  const message =
    code === 'EADDRINUSE'
      ? `HTTP_PORT: port ${port} on ${host} is taken. Stop the process that has it or set HTTP_PORT to a free port.`
      : `HTTP_HOST, HTTP_PORT: cannot listen on ${host}, port ${port} (${code}). Set them to an address of this host.`;
  return Object.assign(new Error(message, { cause }), { exitCode: BAD_SETTINGS });
}
