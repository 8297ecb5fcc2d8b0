import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  StackingConfigBuilder,
  StackingMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dashboard, Threshold } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TextBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { DashboardDefinition, PanelDefinition, Variable } from './definition.ts';

/** A runbook: the page of one alert. */
export interface Runbook {
  readonly alert: string;
  /** Markdown. */
  readonly text: string;
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const TAG = 'login-pipeline';
const RUNBOOKS = { uid: 'login-pipeline-runbooks', title: 'Login Pipeline: runbooks' };
const STAT_HEIGHT = 5;
const SERIES_HEIGHT = 8;
const RUNBOOK_HEIGHT = 16;

/** @returns the dashboard as Grafana reads it; its links lead to the others and to the runbooks' dashboard */
export function grafanaDashboard(
  definition: DashboardDefinition,
  runbooks: readonly Runbook[],
): Dashboard {
  const dashboard = frame(definition.uid, definition.title, definition.description)
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(
      new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    );
  for (const variable of definition.variables) dashboard.withVariable(choiceOf(variable));
  let id = 0;
  for (const { title, panels } of definition.rows) {
    dashboard.withRow(new RowBuilder(title).id(++id));
    for (const panel of panels) dashboard.withPanel(panelOf(panel, runbooks).id(++id));
  }
  return dashboard.build();
}

/** @returns all runbooks as one dashboard, so that panels can link to them wherever Grafana is */
export function runbooksDashboard(runbooks: readonly Runbook[]): Dashboard {
  const dashboard = frame(RUNBOOKS.uid, RUNBOOKS.title, 'What each alert means and what to do.');
  for (const { alert, text } of runbooks) {
    // A link from page to page becomes one from panel to panel; other pages Grafana has not: they are named.
    const content = text
      .replace(/^# .*\n+/, '')
      .replaceAll(/\]\((\w+)\.md\)/g, (_, name: string) => `](${runbookUrl(name, runbooks)})`)
      .replaceAll(/\[[\w-]+\.md\]\(\.\.\/([^)]+)\)/g, '`docs/$1`');
    dashboard.withPanel(
      new TextBuilder()
        .id(runbookPanel(alert, runbooks))
        .title(alert)
        .mode(TextMode.Markdown)
        .content(content)
        .height(RUNBOOK_HEIGHT)
        .span(12),
    );
  }
  return dashboard.build();
}

function frame(uid: string, title: string, description: string): DashboardBuilder {
  const others = new DashboardLinkBuilder('Login Pipeline')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .keepTime(true);
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .links([others]);
}

function choiceOf({ label, of }: Variable): QueryVariableBuilder {
  return new QueryVariableBuilder(label)
    .label(label)
    .datasource(DATASOURCE)
    .query(`label_values(${of}, ${label})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ text: 'All', value: '$__all', selected: true });
}

function panelOf(
  definition: PanelDefinition,
  runbooks: readonly Runbook[],
): StatBuilder | TimeseriesBuilder {
  const { title, kind, unit, description, queries, runbook, width } = definition;
  const panel = kind === 'stat' ? new StatBuilder() : seriesOf(definition);
  panel
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .height(kind === 'stat' ? STAT_HEIGHT : SERIES_HEIGHT)
    .span(width ?? (kind === 'stat' ? 6 : 12))
    .thresholds(thresholdsOf(definition))
    .targets(
      queries.map(({ expr, legend = title }, index) =>
        new DataqueryBuilder()
          .refId(String.fromCharCode('A'.charCodeAt(0) + index))
          .datasource(DATASOURCE)
          .expr(expr)
          .legendFormat(legend)
          .range(),
      ),
    );
  if (runbook !== undefined) {
    panel.links([
      new DashboardLinkBuilder(`Runbook: ${runbook}`)
        .type(DashboardLinkType.Link)
        .url(runbookUrl(runbook, runbooks)),
    ]);
  }
  return panel;
}

function seriesOf({ unit, stacked = false, warnAt, alarmAt }: PanelDefinition): TimeseriesBuilder {
  const panel = new TimeseriesBuilder().fillOpacity(stacked ? 25 : 5).axisSoftMin(0);
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  if (unit === 'none') panel.decimals(0);
  if (warnAt !== undefined || alarmAt !== undefined) {
    panel.thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed),
    );
  }
  return panel;
}

function thresholdsOf({ warnAt, alarmAt }: PanelDefinition): ThresholdsConfigBuilder {
  const steps: Threshold[] = [{ value: null, color: 'green' }];
  if (warnAt !== undefined) steps.push({ value: warnAt, color: 'orange' });
  if (alarmAt !== undefined) steps.push({ value: alarmAt, color: 'red' });
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

function runbookUrl(alert: string, runbooks: readonly Runbook[]): string {
  return `/d/${RUNBOOKS.uid}?viewPanel=${runbookPanel(alert, runbooks)}`;
}

/** @throws Error when the alert has no runbook */
function runbookPanel(alert: string, runbooks: readonly Runbook[]): number {
  const index = runbooks.findIndex((runbook) => runbook.alert === alert);
  if (index < 0) throw new Error(`docs/runbooks/${alert}.md is missing`);
  return index + 1;
}
