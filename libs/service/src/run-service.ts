import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadSettings, redact } from '@login-pipeline/config';
import type { Concern } from '@login-pipeline/config';
import {
  createLogger,
  Metrics,
  PROCESS_METRICS,
  startTracing,
} from '@login-pipeline/observability';
import type { Logger, MetricSet } from '@login-pipeline/observability';
import { StartError } from './errors.ts';
import { Health } from './health.ts';
import { createHttpApp } from './http-app.ts';
import { refuseOldNode } from './node-version.ts';
import { ServiceContext } from './service-context.ts';
import type { ServiceSettings } from './service-context.ts';
import { Shutdown } from './shutdown.ts';

/** A service: what it is called, what it reads and shows, and its module. */
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
  /** Its providers inject {@link ServiceContext}; those that make a transport hand it to `serve()`. */
  readonly module: (context: ServiceContext<S>) => Type | DynamicModule;
}

const DEFAULT_DRAIN_TIMEOUT_MS = 20_000;

/**
 * Runs a service until a signal, `stop()` or `fail()` ends the process. Start order: settings, logger, Nest, HTTP,
 * transports; a stop takes the reverse way. Never rejects: what goes wrong ends the process.
 *
 * Exit codes: 0 after a clean stop, else that of the failing error's fault ({@link EXIT_CODES}).
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
  refuseOldNode();
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
  const context = new ServiceContext<S>({
    name,
    version,
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
  });

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
  for (const strategy of context.transports) {
    shutdown.drains(strategy, settings.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS);
    app.connectMicroservice({ strategy });
  }
  await app.startAllMicroservices();
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
  return new StartError('HTTP_ADDRESS_UNUSABLE', message, { cause });
}
