import type { FastifyReply, FastifyRequest } from 'fastify';
import fresh from 'fresh';
import Negotiator from 'negotiator';
import type { CachedAnswer } from './answer-cache.ts';

/** @returns whether the client would rather have CSV; without a wish it gets JSON */
export function prefersCsv({ headers }: FastifyRequest): boolean {
  return new Negotiator({ headers }).mediaType(['application/json', 'text/csv']) === 'text/csv';
}

/**
 * Prepares the reply for a cached answer.
 *
 * @returns what to send: compressed if the client takes it; nothing, with 304, if the client has it already
 */
export function bodyOf(
  answer: CachedAnswer,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): Buffer | undefined {
  // Stored answers are asked about every time: they change with every batch, and the question is cheap.
  void reply
    .header('cache-control', 'no-cache')
    .header('etag', answer.etag)
    .header('vary', 'accept, accept-encoding');
  if (fresh({ 'if-none-match': headers['if-none-match'] }, { etag: answer.etag })) {
    void reply.code(304);
    return undefined;
  }
  void reply.type(answer.type);
  const takesGzip = new Negotiator({ headers }).encoding(['gzip', 'identity']) === 'gzip';
  const gzipped = takesGzip ? answer.gzipped() : undefined;
  if (gzipped !== undefined) void reply.header('content-encoding', 'gzip');
  return gzipped ?? answer.body;
}
