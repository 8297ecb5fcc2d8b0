import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { BROKERS } from './brokers.ts';
import { CONSUMERS } from './consumers.ts';
import type { DashboardDefinition } from './definition.ts';
import { FLOW } from './flow.ts';
import { grafanaDashboard, runbooksDashboard } from './grafana.ts';
import type { Runbook } from './grafana.ts';
import { INSIGHTS } from './insights.ts';
import { NODE } from './node.ts';
import { TRANSACTIONS_AND_DEAD_LETTERS } from './transactions.ts';

export type { Runbook } from './grafana.ts';

/** Every dashboard with metrics. */
export const DASHBOARDS: readonly DashboardDefinition[] = [
  FLOW,
  CONSUMERS,
  INSIGHTS,
  TRANSACTIONS_AND_DEAD_LETTERS,
  BROKERS,
  NODE,
];

/** @returns every dashboard as Grafana reads it, the runbooks among them */
export function grafanaDashboards(runbooks: readonly Runbook[]): readonly Dashboard[] {
  return [
    ...DASHBOARDS.map((definition) => grafanaDashboard(definition, runbooks)),
    runbooksDashboard(runbooks),
  ];
}
