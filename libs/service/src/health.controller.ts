import {
  Catch,
  Controller,
  Get,
  Inject,
  ServiceUnavailableException,
  UseFilters,
} from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Health } from './health.ts';
import type { HealthPart } from './health.ts';

/** Without the look for `@nestjs/swagger`, which is not there. */
const PROBE = { noCache: true, swaggerDocumentation: false };

/** Answers a failed check as terminus does: with 503, and in the form of one that passes. */
@Catch(ServiceUnavailableException)
class FailedCheckFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(failed: ServiceUnavailableException, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.code(failed.getStatus()).send(failed.getResponse());
  }
}

/** The probes: is the service alive, can it work. Asks the parts of the service, which answer at once. */
@Controller('health')
@UseFilters(FailedCheckFilter)
export class HealthController {
  readonly #checks: HealthCheckService;
  readonly #indicators: HealthIndicatorService;
  readonly #health: Health;

  constructor(
    @Inject(HealthCheckService) checks: HealthCheckService,
    @Inject(HealthIndicatorService) indicators: HealthIndicatorService,
    @Inject(Health) health: Health,
  ) {
    this.#checks = checks;
    this.#indicators = indicators;
    this.#health = health;
  }

  @Get('live')
  @HealthCheck(PROBE)
  live(): Promise<HealthCheckResult> {
    return this.#check('notLive');
  }

  @Get('ready')
  @HealthCheck(PROBE)
  ready(): Promise<HealthCheckResult> {
    return this.#check('notReady');
  }

  #check(matter: keyof HealthPart): Promise<HealthCheckResult> {
    const indicators = Array.from(this.#health.reasons(matter), ([part, reason]) => () => {
      const indicator = this.#indicators.check(part);
      return reason === undefined ? indicator.up() : indicator.down(reason);
    });
    return this.#checks.check(indicators);
  }
}
