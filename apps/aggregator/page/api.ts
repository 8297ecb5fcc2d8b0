import type { z } from 'zod';
import type { FLOW } from '../src/flow/flow-answer.ts';
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

/** What the aggregator answers, by the schemas that its API document is made of. */
export type Insights = Of<typeof BASIS> &
  Of<typeof TOTALS> &
  Of<typeof TRAFFIC_SUMMARY> &
  Of<typeof USERS_SUMMARY> &
  Of<typeof LOGINS_PER_USER_SUMMARY> & {
    readonly deviceTypes: Values;
    readonly appVersions: Values;
    readonly locales: Values;
    readonly previous?: z.infer<typeof PREVIOUS> & Of<typeof USERS_SUMMARY>;
  };
export type Traffic = Answer<typeof TRAFFIC>;
export type Versions = Answer<typeof VERSIONS>;
export type Users = Answer<typeof USERS>;
export type WeekHours = Answer<typeof WEEK_HOURS>;
export type Flow = z.infer<typeof FLOW>;

/** The answer of one insight's route. */
type Answer<Shape extends z.ZodRawShape> = Of<typeof BASIS> & Of<Shape> & { since?: string };

const TIMEOUT_MS = 5_000;

export async function get<Body>(url: URL): Promise<Body> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url.pathname} answers ${response.status}`);
  return (await response.json()) as Body;
}
