import type { z } from 'zod';
import type { FLOW } from '../src/flow/flow-answer.ts';
import type { estimate } from '../src/http/fields.ts';
import type { BASIS, PREVIOUS, TOTALS } from '../src/http/schemas.ts';
import type { VERSIONS } from '../src/insights/app-versions/versions-route.ts';
import type { VALUES } from '../src/insights/counting/distribution-insight.ts';
import type { LOGINS_PER_USER_SUMMARY } from '../src/insights/logins-per-user/insight.ts';
import type { TRAFFIC_SUMMARY } from '../src/insights/traffic/insight.ts';
import type { TRAFFIC } from '../src/insights/traffic/traffic-route.ts';
import type { USERS_SUMMARY } from '../src/insights/users/insight.ts';
import type { USERS } from '../src/insights/users/users-route.ts';
import type { WEEK_HOURS } from '../src/insights/week-hours/insight.ts';

type Of<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;
type Values = z.infer<typeof VALUES>;
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

/** The answer of one insight's route. */
type Answer<Shape extends z.ZodRawShape> = Of<typeof BASIS> &
  Of<Shape> &
  Asked & { readonly since?: string };

/** What the aggregator answers, by the schemas that its API document is made of. */
export type Insights = Of<typeof BASIS> &
  Of<typeof TOTALS> &
  Of<typeof TRAFFIC_SUMMARY> &
  Of<typeof USERS_SUMMARY> &
  Of<typeof LOGINS_PER_USER_SUMMARY> &
  Asked & { readonly deviceTypes: Values; readonly appVersions: Values; readonly locales: Values };
export type Traffic = Answer<typeof TRAFFIC>;
export type Versions = Answer<typeof VERSIONS>;
export type Users = Answer<typeof USERS>;
export type WeekHours = Answer<typeof WEEK_HOURS>;
export type Flow = z.infer<typeof FLOW>;

export type HourCount = NonNullable<Traffic['hours']>[number];
export type UserDay = Users['days'][number];

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
