import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, Metrics } from '@login-pipeline/observability';
import { createHttpApp, Health } from '@login-pipeline/service';
import { InsightsBoard } from '../../board/insights-board.ts';
import type { InsightsViews } from '../../board/insights-board.ts';
import type { PartitionState } from '../../state/partition-state.ts';
import { LIMITS, SOME_TIME_MS } from '../../state/testing/logins.ts';
import { InsightsHttpModule } from '../insights-http.module.ts';

/** A board whose answers are never older than the question. */
export function liveBoard(
  states: readonly PartitionState[],
  limits: Partial<typeof LIMITS> = {},
): InsightsBoard {
  let nowMs = 0;
  const board = new InsightsBoard({
    ...LIMITS,
    ...limits,
    now: () => SOME_TIME_MS,
    monotonic: () => (nowMs += 1000),
    stopwatch: () => 0,
  });
  board.expect(new Map(states.map((_, partition) => [partition, 0n])));
  for (const [partition, state] of states.entries()) board.show(partition, state);
  return board;
}

/** The service's HTTP side as it runs, without a port. */
export function startApp(views: InsightsViews): Promise<NestFastifyApplication> {
  const logger = createLogger({ service: 'test', version: '0', level: 'silent', pretty: false });
  return createHttpApp(
    InsightsHttpModule.register({ views, version: '1.2.3', now: () => SOME_TIME_MS }),
    {
      logger,
      metrics: new Metrics(),
      health: new Health(),
    },
  );
}
