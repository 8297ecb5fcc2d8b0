import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@login-pipeline/observability';
import type { InsightsView } from './insights/index.ts';
import { insightsLogLines, LogPacing } from './insights/index.ts';

const CHECK_INTERVAL_MS = 1_000;

/** Writes the insights to the log as they grow, at most once a second. */
export class InsightsLog implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #view: InsightsView;
  readonly #logger: Logger;
  readonly #pacing: LogPacing;
  #timer: NodeJS.Timeout | undefined;

  /** @param every counted logins between two entries */
  constructor(view: InsightsView, logger: Logger, every: number) {
    this.#view = view;
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
    const insights = this.#view.insights();
    if (!this.#pacing.isDue(insights.total, performance.now())) return;
    for (const line of insightsLogLines(insights)) this.#logger.info(line);
  }
}
