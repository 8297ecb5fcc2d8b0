import { Controller, Get, Inject, Module, Res } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { HealthController } from './health.controller.ts';
import type { Health } from './health.ts';
import type { Logger, Metrics } from '@login-pipeline/observability';
import { ScrapeText } from './http/scrape.ts';
import { HEALTH, LOGGER, METRICS } from './tokens.ts';

/** What the operators' side of a service is made of. */
export interface OperationsParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
}

/** What Prometheus asks a service: how does it do. */
@Controller()
export class MetricsController {
  readonly #metrics: Metrics;
  readonly #scrape: ScrapeText;

  constructor(@Inject(METRICS) metrics: Metrics) {
    this.#metrics = metrics;
    this.#scrape = new ScrapeText(() => metrics.render());
  }

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.#metrics.contentType);
    return this.#scrape.get();
  }
}

/** The operators' routes, and logger, metrics and health to inject anywhere in the service. */
@Module({})
export class OperationsModule {
  static register(parts: OperationsParts): DynamicModule {
    return {
      module: OperationsModule,
      global: true,
      // A failed probe is an answer every few seconds, not a line of the log.
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: LOGGER, useValue: parts.logger },
        { provide: METRICS, useValue: parts.metrics },
        { provide: HEALTH, useValue: parts.health },
      ],
      exports: [LOGGER, METRICS, HEALTH],
    };
  }
}
