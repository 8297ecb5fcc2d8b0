/** What a dashboard of ours is made of: little enough that a page of it can be read. */
export interface DashboardDefinition {
  /** Part of its address and the name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Choices at its top, each for a label's values; a query uses one as `label=~"$label"`. */
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

export interface Variable {
  readonly label: string;
  /** The series whose label values are offered. */
  readonly of: string;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly PanelDefinition[];
}

export interface PanelDefinition {
  readonly title: string;
  /** `stat`: the newest value in large; `series`: lines over time. */
  readonly kind: 'stat' | 'series';
  /** Grafana's name of a unit: `short`, `ops` (per second), `s`, `bytes`, `percentunit`, `none`. */
  readonly unit: Unit;
  /** What it shows and how it looks when all is well. */
  readonly description: string;
  readonly queries: readonly Query[];
  /** From this value on it is orange, from that on red. */
  readonly warnAt?: number;
  readonly alarmAt?: number;
  /** The alert that watches the same: the panel links to its runbook. */
  readonly runbook?: string;
  /** Of 24 columns; default 6 for a stat, 12 for series. */
  readonly width?: number;
  /** Adds the lines up. */
  readonly stacked?: boolean;
}

export type Unit = 'short' | 'ops' | 's' | 'bytes' | 'percentunit' | 'none';

export interface Query {
  readonly expr: string;
  /** Names a line, with `{{label}}`; absent: the panel shows one value. */
  readonly legend?: string;
}
