import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@login-pipeline/observability';

/** Nest's own voices while it starts; they say nothing that an operator needs. */
const START_CONTEXTS = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
]);
/** Nest logs a failed start here and then throws the same error to its caller. */
const RETHROWN_CONTEXT = 'ExceptionHandler';

/** Nest's log lines through the service's logger. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown, ...rest: readonly unknown[]): void {
    const context = contextOf(rest);
    const level = START_CONTEXTS.has(context) ? 'debug' : 'info';
    this.#logger[level]({ context }, String(message));
  }

  warn(message: unknown, ...rest: readonly unknown[]): void {
    this.#logger.warn({ context: contextOf(rest) }, String(message));
  }

  /** @param rest a stack, if there is one, and the context */
  error(message: unknown, ...rest: readonly unknown[]): void {
    const context = contextOf(rest);
    if (context === RETHROWN_CONTEXT) return;
    const [stack] = rest.length > 1 ? rest : [];
    const err = message instanceof Error ? message : undefined;
    this.#logger.error({ context, err, stack }, String(message));
  }

  debug(message: unknown, ...rest: readonly unknown[]): void {
    this.#logger.debug({ context: contextOf(rest) }, String(message));
  }

  verbose(message: unknown, ...rest: readonly unknown[]): void {
    this.#logger.trace({ context: contextOf(rest) }, String(message));
  }

  fatal(message: unknown, ...rest: readonly unknown[]): void {
    this.#logger.fatal({ context: contextOf(rest) }, String(message));
  }
}

/** Nest passes the context as the last argument: a class's name, to which bundling may have added an underscore. */
function contextOf(rest: readonly unknown[]): string {
  const last = rest.at(-1);
  return typeof last === 'string' ? last.replace(/^_/, '') : 'Nest';
}
