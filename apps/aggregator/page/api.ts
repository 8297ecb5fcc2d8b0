import type { z } from 'zod';
import type { FLOW } from '../src/flow/flow-answer.ts';
import type { INSIGHTS, TRAFFIC, VERSIONS } from '../src/http/schemas.ts';

/** What the aggregator answers, by the schemas that its API document is made of. */
export type Insights = z.infer<typeof INSIGHTS>;
export type Traffic = z.infer<typeof TRAFFIC>;
export type Versions = z.infer<typeof VERSIONS>;
export type Flow = z.infer<typeof FLOW>;

const TIMEOUT_MS = 5_000;

export async function get<Answer>(url: URL): Promise<Answer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url.pathname} answers ${response.status}`);
  return (await response.json()) as Answer;
}
