import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemException } from '@login-pipeline/observability';
import type { Insights, InsightsView } from '../insights/index.ts';
import { AnswerCache } from './answer-cache.ts';
import { insightsAnswer } from './answers.ts';
import { LiveStream } from './live-stream.ts';
import { parseQuery } from './query.ts';
import { NO_QUERY } from './schemas.ts';
import { INSIGHTS_VIEW } from './tokens.ts';

/** Each holds a connection open; more belong behind a proxy that fans out. */
const MAX_CLIENTS = 200;

/** The insights as they change, as server-sent events (WHATWG HTML, section 9.2). */
@Controller()
export class LiveController implements OnModuleDestroy {
  readonly #stream: LiveStream;

  constructor(@Inject(INSIGHTS_VIEW) view: InsightsView) {
    const cache = new AnswerCache<Insights>();
    this.#stream = new LiveStream(
      () => cache.get(view.insights(), '', insightsAnswer),
      MAX_CLIENTS,
    );
  }

  @Get('insights/stream')
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    parseQuery(NO_QUERY, request.query);
    void reply.type('text/event-stream').header('cache-control', 'no-store');
    // Nginx would else collect events until its buffer is full.
    void reply.header('x-accel-buffering', 'no');
    if (request.method === 'HEAD') {
      void reply.send();
      return;
    }
    const lastEventId = request.headers['last-event-id'];
    const stream = this.#stream.connect(typeof lastEventId === 'string' ? lastEventId : undefined);
    if (stream === undefined) {
      void reply.header('retry-after', '10');
      throw new ProblemException(503, 'Too many clients follow the stream. Try again later.');
    }
    void reply.send(stream);
  }

  onModuleDestroy(): void {
    this.#stream.close();
  }
}
