import { DASHBOARDS } from '@login-pipeline/monitoring';
import type { PrometheusApi } from '@login-pipeline/monitoring';

const STEP_SECONDS = 2;
/** What Grafana would put in: four scrapes, and all values of a variable. */
const RATE_INTERVAL = '5s';

/**
 * Runs the query of every panel over the time since `sinceMs`, epoch ms.
 *
 * @returns the panels with a query that failed or had no finite value at any time
 */
export async function panelsWithoutValues(
  prometheus: PrometheusApi,
  sinceMs: number,
): Promise<readonly string[]> {
  const panels = DASHBOARDS.flatMap(({ uid, rows }) =>
    rows.flatMap(({ panels: ofRow }) =>
      ofRow.flatMap(({ title, queries }) => queries.map(({ expr }) => ({ uid, title, expr }))),
    ),
  );
  const empty: string[] = [];
  for (const { uid, title, expr } of panels) {
    const found = expr
      .replaceAll('$__rate_interval', RATE_INTERVAL)
      .replaceAll(/=~"\$\w+"/g, '=~".+"');
    const lines = await prometheus.queryRange(found, sinceMs, STEP_SECONDS);
    if (!lines.some(({ values }) => values.some(Number.isFinite))) {
      empty.push(`${uid}, "${title}": ${expr}`);
    }
  }
  return empty;
}
