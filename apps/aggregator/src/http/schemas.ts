import * as z from 'zod';
import { PERIOD_QUERY } from '../board/period.ts';
import { CATALOGUE } from '../insights/catalogue.ts';
import type { Insight } from '../insights/insight.ts';
import type { Route } from '../insights/route.ts';
import { count, date, minute, time } from './fields.ts';

/**
 * The definition of what HTTP takes and gives, with what each insight defines in its folder: input
 * is validated with it, the API document is made from it.
 */

const asOf = z
  .object({
    partitions: z
      .record(z.string(), z.string())
      .describe('Next offset by input partition: the answer contains all records below it.'),
    time: time.nullable().describe('Timestamp of the newest record contained.'),
  })
  .describe('What the answer rests on. Equal partitions mean equal answers from every replica.');

const complete = z.boolean().describe('Whether every input partition is contained.');

const period = z
  .object({
    from: minute,
    to: minute.describe('The first minute after it.'),
    complete: z
      .boolean()
      .describe('Whether all its logins are contained: it begins not before what is kept.'),
    userDays: z
      .object({ from: date, to: date })
      .describe('The UTC days, both included, whose users are counted.'),
  })
  .describe('The span of event time, UTC; absent: since the beginning.');

/** The period before, beside what insights say of it. */
export const PREVIOUS = z.object({
  from: minute,
  to: minute,
  complete: z.boolean().describe('Whether all its logins are contained.'),
  total: count,
});

/** Members that the answers of all insights have. */
export const BASIS = { complete, asOf, period: period.optional() };

/** Members of `GET /insights` beside those of insights. */
export const TOTALS = {
  total: count.describe('Counted logins.'),
  since: z
    .record(z.string(), time)
    .optional()
    .describe('Insights that were added later than the rest, and when.'),
  expired: count.describe(
    'Records older than the days that are kept; counted nowhere else. Since the beginning.',
  ),
  invalid: count.describe(
    'Records that are no processed login, and those of `future`. Since the beginning.',
  ),
  future: count.describe(
    "Invalid because the login lies over an hour ahead of its record's timestamp, or of the service's clock. Since the beginning.",
  ),
};

/** `GET /insights`. */
export const INSIGHTS = z.object({
  ...BASIS,
  previous: previousOf(CATALOGUE),
  ...TOTALS,
  ...mergedShape(CATALOGUE.map(({ summary }) => summary?.shape)),
});

/** @returns the schema of a route's answer */
export function answerSchema(insight: Insight, { shape }: Route): z.ZodObject {
  return z.object({
    ...BASIS,
    previous: previousOf([insight]),
    since: time
      .optional()
      .describe('The insight was added then: it contains the records that came later.'),
    ...shape,
  });
}

function previousOf(insights: readonly Insight[]): z.ZodOptional<z.ZodObject> {
  return PREVIOUS.extend(mergedShape(insights.map((insight) => insight.previous?.shape)))
    .describe('The period of the same length before.')
    .optional();
}

function mergedShape(shapes: readonly (z.ZodRawShape | undefined)[]): z.ZodRawShape {
  return Object.assign({}, ...shapes) as z.ZodRawShape;
}

const ledgerEntry = z.object({
  consumed: count,
  counted: count,
  expired: count,
  invalid: count,
  future: count.describe(
    "How many of `invalid` lie over an hour ahead of their record's timestamp, or of the service's clock.",
  ),
  unaccounted: z.int().describe('consumed - counted - expired - invalid: always 0.'),
});

export const LEDGER = z.object({
  complete,
  partitions: z.record(z.string(), ledgerEntry.extend({ nextOffset: z.string() })),
  total: ledgerEntry,
});

export const PROBLEM = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().optional(),
    instance: z.string().optional(),
  })
  .describe('RFC 9457 problem document.');

/** Unknown members are refused: a misspelt one would otherwise be answered as if it were not there. */
export const NO_QUERY = z.strictObject({});

/** @returns the schema of a route's query, with the period */
export function querySchema(shape: z.ZodRawShape = {}): z.ZodObject {
  return z.strictObject({ ...PERIOD_QUERY, ...shape });
}

/** The query of `GET /insights` and of its stream. */
export const INSIGHTS_QUERY = querySchema();
