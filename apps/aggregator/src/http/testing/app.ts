import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp, createLogger, Health, Metrics } from '@login-pipeline/observability';
import { InsightsBoard } from '../../insights/index.ts';
import type { PartitionState } from '../../insights/index.ts';
import { InsightsHttpModule } from '../insights-http.module.ts';

/** A board whose answers are never older than the question. */
export function liveBoard(states: readonly PartitionState[]): InsightsBoard {
  let nowMs = 0;
  const board = new InsightsBoard(
    1000,
    () => (nowMs += 1000),
    () => 0,
  );
  board.expect(new Map(states.map((_, partition) => [partition, 0n])));
  for (const [partition, state] of states.entries()) board.show(partition, state);
  return board;
}

/** The service's HTTP side as it runs, without a port. */
export function startApp(board: InsightsBoard): Promise<NestFastifyApplication> {
  const logger = createLogger({ service: 'test', version: '0', level: 'silent', pretty: false });
  return createHttpApp(InsightsHttpModule.register({ view: board, version: '1.2.3' }), {
    logger,
    metrics: new Metrics(),
    health: new Health(),
  });
}
