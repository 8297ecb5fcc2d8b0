import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp } from '@login-pipeline/service';
import { testContext } from '@login-pipeline/service/testing';
import { Module } from '@nestjs/common';
import { InsightsBoard } from '../../board/insights-board.ts';
import type { InsightsViews } from '../../board/insights-board.ts';
import type { PartitionState } from '../../state/partition-state.ts';
import { LIMITS, SOME_TIME_MS } from '../../state/testing/logins.ts';
import { InsightsHttpModule } from '../insights-http.module.ts';

@Module({})
class BoardModule {}

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
export function startApp(board: InsightsViews): Promise<NestFastifyApplication> {
  const module = {
    module: BoardModule,
    providers: [{ provide: InsightsBoard, useValue: board }],
    exports: [InsightsBoard],
  };
  return createHttpApp(
    InsightsHttpModule.register({ imports: [module], now: () => SOME_TIME_MS }),
    testContext({}),
  );
}
