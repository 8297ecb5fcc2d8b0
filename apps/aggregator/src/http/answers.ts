import { stringify } from 'csv-stringify/sync';
import type { z } from 'zod';
import { periodAnswer } from '../board/period.ts';
import type { Ledger, PeriodTotals, View } from '../board/view.ts';
import { CATALOGUE } from '../insights/catalogue.ts';
import type { Insight } from '../insights/insight.ts';
import { JsonRows } from '../insights/route.ts';
import type { RouteAnswer } from '../insights/route.ts';
import type { LedgerEntry } from '../state/ledger.ts';
import type { LEDGER } from './schemas.ts';

type Members = Readonly<Record<string, unknown>>;

/** The body of `GET /insights`. */
export function insightsAnswer(view: View): Members {
  const since = CATALOGUE.flatMap((insight) => {
    const sinceMs = view.sinceMs(insight);
    return sinceMs === undefined ? [] : [[insight.name, new Date(sinceMs).toISOString()]];
  });
  const members = CATALOGUE.map((insight) => insight.summary?.of(view.asked(insight)));
  const { expired, invalid, future } = view.counts;
  return {
    ...basis(view),
    ...(view.period !== undefined && { period: period(view.period, view.period.complete) }),
    ...(view.previous !== undefined && { previous: previous(view.previous, CATALOGUE) }),
    ...(since.length > 0 && { since: Object.fromEntries(since) as Members }),
    total: view.total,
    ...(Object.assign({}, ...members) as Members),
    ...{ expired, invalid, future },
  };
}

/** The body of a route of one insight. */
export function routeAnswer(view: View, insight: Insight, answer: RouteAnswer): string {
  const sinceMs = view.sinceMs(insight);
  return textOf({
    ...basis(view),
    ...(view.period !== undefined && { period: period(view.period, view.isComplete(insight)) }),
    ...(view.previous !== undefined && { previous: previous(view.previous, [insight]) }),
    ...(sinceMs !== undefined && { since: new Date(sinceMs).toISOString() }),
    ...answer.json(),
  });
}

/**
 * The same rows as CSV (RFC 4180). Values come from outside: what a spreadsheet would take for a
 * formula is marked as text.
 */
export function csvAnswer(answer: RouteAnswer): string {
  const { columns, rows } = answer.table();
  return stringify([columns, ...rows], { record_delimiter: 'windows', escape_formulas: true });
}

/** The body of `GET /ledger`. */
export function ledgerAnswer({ ledger }: { readonly ledger: Ledger }): z.infer<typeof LEDGER> {
  const total = { consumed: 0, counted: 0, expired: 0, invalid: 0, future: 0, unaccounted: 0 };
  const entries = ledger.partitions.map(({ partition, nextOffset, ...entry }) => {
    for (const name of LEDGER_MEMBERS) total[name] += entry[name];
    return [partition, { ...entry, nextOffset: nextOffset.toString() }] as const;
  });
  return { complete: ledger.complete, partitions: Object.fromEntries(entries), total };
}

const LEDGER_MEMBERS = [
  'consumed',
  'counted',
  'expired',
  'invalid',
  'future',
  'unaccounted',
] as const satisfies readonly (keyof LedgerEntry)[];

function basis({ complete, nextOffsets, timeMs }: View): Members {
  return {
    complete,
    asOf: {
      partitions: Object.fromEntries(
        nextOffsets.map(({ partition, nextOffset }) => [partition, nextOffset.toString()]),
      ),
      time: timeMs === undefined ? null : new Date(timeMs).toISOString(),
    },
  };
}

function period(totals: PeriodTotals, complete: boolean): Members {
  const { from, to, userDays } = periodAnswer(totals);
  return { from, to, complete, userDays };
}

function previous(totals: PeriodTotals, insights: readonly Insight[]): Members {
  const { from, to } = periodAnswer(totals);
  const members = insights.map((insight) =>
    insight.previous?.of(totals.merged[CATALOGUE.indexOf(insight)]),
  );
  const { complete, total } = totals;
  return { from, to, complete, total, ...(Object.assign({}, ...members) as Members) };
}

function textOf(answer: Members): string {
  const texts = Object.entries(answer).map(([name, value]) => {
    const text = value instanceof JsonRows ? value.toString() : JSON.stringify(value);
    return `"${name}":${text}`;
  });
  return `{${texts.join()}}`;
}
