import type { Metrics, MetricSet } from '@login-pipeline/observability';
import type * as z from 'zod';
import type { ByteReader, ByteWriter } from '../state/byte-codec.ts';
import type { Bounds } from '../state/bounds.ts';
import type { UserHash } from '../state/user-hash.ts';
import type { Route } from './route.ts';

/**
 * A counted login, as insights fold it. One object is used for all: nothing of it may be kept but
 * texts and numbers.
 */
export interface FoldedLogin {
  /** Without regard to case. */
  readonly deviceType: string;
  readonly appVersion: string;
  readonly locale: string;
  readonly user: UserHash;
  /** Event time: epoch ms, and minutes, hours and days since the epoch, UTC. */
  readonly timeMs: number;
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
}

/** Something that a partition's state keeps, and how it is written. What is read is as it was written. */
export interface Kept<State> {
  /** In a few words, for docs/snapshot-format.md. */
  readonly holds: string;
  empty(bounds: Bounds): State;
  write(state: State, writer: ByteWriter): void;
  /** @throws RangeError when the bytes say something else */
  read(reader: ByteReader, bounds: Bounds): State;
  /** @returns another number after each change; absent: every login is one */
  revision?(state: State): number;
}

/** How the states of partitions, and of hours or days, become one. */
export interface Merging<Always, Cell, Merged> {
  empty(): Merged;
  /** Adds what a partition keeps since the beginning. */
  addAlways(into: Merged, always: Always): void;
  /**
   * Adds what a partition keeps of an hour or a day.
   *
   * @param at hours or days since the epoch
   * @param counted its logins
   */
  addCell(into: Merged, cell: Cell, always: Always, at: number, counted: number): void;
  /** Adds other hours or days; what is added stays as it is. */
  add(into: Merged, other: Merged): void;
}

/** What all partitions say of one insight, in a span of time. Nothing of it changes any more. */
export interface Asked<Merged> {
  /** Of the span; without a period, since the beginning. */
  readonly merged: Merged;
  /** Since the beginning. */
  readonly always: Merged;
  /** Counted logins of the span. */
  readonly total: number;
  /** The hours or days of the span: from the first to before `to`, since the epoch. */
  readonly from: number;
  readonly to: number;
  /** The first minute of the span; without a period, the first that is shown of the traffic. */
  readonly fromMinute: number;
  /** @returns what is kept of an hour or a day, in the span or not; undefined where there were no logins */
  readonly cell: (at: number) => Merged | undefined;
  /** The first hour or day that is kept of all partitions, and of which all was counted. */
  readonly keptFrom: number;
  /** Days since the epoch, UTC, by the replica's clock. */
  readonly today: number;
  /** Names that a distribution may have. */
  readonly maxDistinctValues: number;
}

/**
 * One insight: what is kept of the logins, and what is answered. All that there is to it is in its
 * folder; the catalogue lists it, and state, snapshots, merges, routes, the API document, metrics
 * and rows for sinks walk that.
 */
export interface Insight<
  Always = unknown,
  Cell = unknown,
  Merged = unknown,
  Summary extends z.ZodRawShape = z.ZodRawShape,
> {
  /** Of its section in snapshots; it never changes. */
  readonly name: string;
  /** Of what it writes: bytes of another version are not read, and the insight starts anew. */
  readonly version: number;
  /** Since the beginning. */
  readonly always: Kept<Always>;
  /** Of each hour, or each day, of event time that is kept; absent: nothing. */
  readonly cells?: Kept<Cell> & { readonly of: 'hour' | 'day' };
  /** Takes in one login. @param cell of the login's hour or day */
  fold(always: Always, cell: Cell, login: FoldedLogin): void;
  readonly merging: Merging<Always, Cell, Merged>;
  /** Its members of `/insights`. */
  readonly summary?: {
    readonly shape: Summary;
    of(asked: Asked<Merged>): Readonly<Record<string, unknown>>;
  };
  /** Its members of `previous`, beside the total: what is shown of the period before. */
  readonly previous?: {
    readonly shape: z.ZodRawShape;
    of(merged: Merged): Readonly<Record<string, unknown>>;
  };
  readonly routes: readonly Route<Merged>[];
  /** What Prometheus scrapes of all partitions; no period. */
  readonly gauges?: Gauges<Merged>;
  /** What sinks read of one partition. */
  readonly rows?: Rows<Always, Cell>;
}

/** The type of the members of `/insights` that come from a list of insights. */
export type SummariesOf<List extends readonly Insight[]> = List extends readonly [
  infer First extends Insight,
  ...infer Rest extends readonly Insight[],
]
  ? SummaryOf<First> & SummariesOf<Rest>
  : unknown;

/** An insight without a summary has no member. */
type SummaryOf<Each extends Insight> =
  Each extends Insight<unknown, unknown, unknown, infer Shape>
    ? string extends keyof Shape
      ? unknown
      : z.infer<z.ZodObject<Shape>>
    : never;

/** Gauges of an insight: their declarations, and how they are brought up to date before a scrape. */
export interface Gauges<Merged> {
  readonly metrics: MetricSet;
  refresh(asked: Asked<Merged>, metrics: Pick<Metrics, 'set' | 'setAll'>): void;
}

/** Counts of one partition for the readers of INSIGHT_COUNTS_TOPIC. */
export interface Rows<Always, Cell> {
  /** In the column `insight`. */
  readonly insight: string;
  /** The values are times: they need no day beside them. */
  readonly isOfTime?: boolean;
  always?(always: Always, visit: VisitRow): void;
  /** Of each hour of one day: the same value may come several times, and is summed. */
  ofDay?(cell: Cell, at: number, always: Always, visit: VisitRow): void;
}

/** @param more columns of the row beside its count */
export type VisitRow = (
  value: string,
  logins: number,
  more?: Readonly<Record<string, number>>,
) => void;
