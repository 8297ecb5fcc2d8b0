import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@login-pipeline/observability';
import type { InsightsViews } from './board/insights-board.ts';
import { insightsLogLines, LogPacing } from './insights-log-lines.ts';

const CHECK_INTERVAL_MS = 1_000;

/** Writes the insights to the log as they grow, at most once a second. */
export class InsightsLog implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #views: InsightsViews;
  readonly #logger: Logger;
  readonly #pacing: LogPacing;
  #timer: NodeJS.Timeout | undefined;

  /** @param every counted logins between two entries */
  constructor(views: InsightsViews, logger: Logger, every: number) {
    this.#views = views;
    this.#logger = logger;
    this.#pacing = new LogPacing(every);
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#logWhenDue();
    }, CHECK_INTERVAL_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
    this.#logWhenDue();
  }

  #logWhenDue(): void {
    if (!this.#pacing.isDue(this.#views.counted, performance.now())) return;
    for (const line of insightsLogLines(this.#views.view())) this.#logger.info(line);
  }
}
