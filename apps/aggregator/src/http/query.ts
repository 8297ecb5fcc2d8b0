import type { z } from 'zod';
import { ProblemException } from '@login-pipeline/service';
import type { PeriodQuery } from '../board/period.ts';
import type { RouteQuery } from './shared-answers.ts';

/**
 * @param query as Fastify parsed it: texts, or lists of texts for repeated members
 * @throws {ProblemException} 400, naming every fault by its member
 */
export function parseQuery<Schema extends z.ZodType>(
  schema: Schema,
  query: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw refused(faults);
}

/**
 * The same of a query that may name a period.
 *
 * @param schema with the members of PERIOD_QUERY
 */
export function parsePeriodQuery(schema: z.ZodObject, query: unknown): RouteQuery {
  const parsed = parseQuery(schema, query) as PeriodQuery;
  if (parsed.last !== undefined && parsed.day !== undefined) {
    throw refused(['last, day: one of them is expected, not both']);
  }
  return { ...parsed };
}

function refused(faults: readonly string[]): ProblemException {
  return new ProblemException(400, `The query has faults. ${faults.join('; ')}`);
}
