import { Controller, Get, Inject, Module, Res } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { HealthController } from './health.controller.ts';
import { Health } from './health.ts';
import { Metrics } from '@login-pipeline/observability';
import { ScrapeText } from './http/scrape.ts';
import { ServiceContext } from './service-context.ts';

/** What Prometheus asks a service: how does it do. */
@Controller()
export class MetricsController {
  readonly #metrics: Metrics;
  readonly #scrape: ScrapeText;

  constructor(@Inject(Metrics) metrics: Metrics) {
    this.#metrics = metrics;
    this.#scrape = new ScrapeText(() => metrics.render());
  }

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.#metrics.contentType);
    return this.#scrape.get();
  }
}

/** The operators' routes, and what every part of the service may inject, by its class. */
@Module({})
export class OperationsModule {
  static register(context: ServiceContext): DynamicModule {
    return {
      module: OperationsModule,
      global: true,
      // A failed probe is an answer every few seconds, not a line of the log.
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: ServiceContext, useValue: context },
        { provide: Metrics, useValue: context.metrics },
        { provide: Health, useValue: context.health },
      ],
      exports: [ServiceContext, Metrics, Health],
    };
  }
}
