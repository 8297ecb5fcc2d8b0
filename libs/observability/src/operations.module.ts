import { Controller, Get, Header, Inject, Module, Res } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Health, HealthReport } from './health.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { ProblemException } from './problem-details.filter.ts';
import { HEALTH, LOGGER, METRICS } from './tokens.ts';

/** What the operators' side of a service is made of. */
export interface OperationsParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
}

/** The body of a probe that passes. */
export interface HealthStatus {
  readonly status: 'ok';
  /** `ok` by part. */
  readonly checks: Readonly<Record<string, string>>;
}

/** What operators and their tools ask a service: is it alive, can it work, how does it do. */
@Controller()
export class OperationsController {
  readonly #health: Health;
  readonly #metrics: Metrics;

  constructor(@Inject(HEALTH) health: Health, @Inject(METRICS) metrics: Metrics) {
    this.#health = health;
    this.#metrics = metrics;
  }

  @Get('health/live')
  @Header('cache-control', 'no-store')
  live(): HealthStatus {
    return statusOf(this.#health.live());
  }

  @Get('health/ready')
  @Header('cache-control', 'no-store')
  ready(): HealthStatus {
    return statusOf(this.#health.ready());
  }

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.#metrics.contentType);
    return this.#metrics.render();
  }
}

/** The operators' routes, and logger, metrics and health to inject anywhere in the service. */
@Module({})
export class OperationsModule {
  static register(parts: OperationsParts): DynamicModule {
    return {
      module: OperationsModule,
      global: true,
      controllers: [OperationsController],
      providers: [
        { provide: LOGGER, useValue: parts.logger },
        { provide: METRICS, useValue: parts.metrics },
        { provide: HEALTH, useValue: parts.health },
      ],
      exports: [LOGGER, METRICS, HEALTH],
    };
  }
}

/** @throws ProblemException (503) with the failing parts' reasons */
function statusOf({ ok, checks }: HealthReport): HealthStatus {
  if (ok) return { status: 'ok', checks };
  const failing = Object.entries(checks).filter(([, check]) => check !== 'ok');
  const detail = failing.map(([part, reason]) => `${part}: ${reason}`).join('; ');
  throw new ProblemException(503, detail, { checks });
}
