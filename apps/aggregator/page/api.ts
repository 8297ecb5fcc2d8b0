import type { z } from 'zod';
import type { FLOW } from '../src/flow/flow-answer.ts';
import type { estimate } from '../src/http/fields.ts';
import type { BASIS, PREVIOUS, TOTALS } from '../src/http/schemas.ts';
import type { Summaries } from '../src/insights/catalogue.ts';
import type { USERS_SUMMARY } from '../src/insights/users/insight.ts';

type Of<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;
type Period = NonNullable<Of<typeof BASIS>['period']>;

/** Times are UTC; `from` belongs to the span, `to` no longer does. */
export type Span = Pick<Period, 'from' | 'to'>;

/** A number that is not exact, with its relative standard error. */
export type Estimate = z.infer<typeof estimate>;

/** What an answer is about, when it was asked for a period. */
export interface Asked {
  readonly period?: Period | undefined;
  /** The span of the same length before. */
  readonly previous?: (z.infer<typeof PREVIOUS> & Partial<Of<typeof USERS_SUMMARY>>) | undefined;
}

/** The answer of one insight's route, by the shape that the route declares. */
export type Answer<Shape extends z.ZodRawShape> = Of<typeof BASIS> &
  Of<Shape> &
  Asked & { readonly since?: string };

/** The answer of `GET /insights`, by the schemas that the API document is made of. */
export type Insights = Of<typeof BASIS> & Of<typeof TOTALS> & Summaries & Asked;
export type Flow = z.infer<typeof FLOW>;

const TIMEOUT_MS = 5_000;

/** @throws {Error} whose message can be shown: what the server has against it, or that it does not answer */
export async function get<Answer>(url: URL): Promise<Answer> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { signal }).catch(() => {
    throw new Error('The server does not answer.');
  });
  if (response.ok) return (await response.json()) as Answer;
  const problem = (await response.json().catch(() => undefined)) as { detail?: string } | undefined;
  throw new Error(problem?.detail ?? `The server answers ${response.status}.`);
}
