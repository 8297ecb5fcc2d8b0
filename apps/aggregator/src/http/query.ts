import type { z } from 'zod';
import { ProblemException } from '@login-pipeline/observability';

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
  throw new ProblemException(400, `The query has faults. ${faults.join('; ')}`);
}
