import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemException } from '@login-pipeline/service';
import { LiveStream } from './live-stream.ts';
import { parsePeriodQuery } from './query.ts';
import { INSIGHTS_QUERY } from './schemas.ts';
import { SharedAnswers } from './shared-answers.ts';

/** Well below what connections there may be: there must be some left for questions. */
const BOUNDS = { total: 2500, perClient: 32 };
const RETRY_AFTER_SECONDS = '10';

/** The insights as they change, as server-sent events (WHATWG HTML, section 9.2). */
@Controller()
export class LiveController implements OnModuleDestroy {
  readonly #answers: SharedAnswers;
  readonly #stream = new LiveStream(BOUNDS);

  constructor(@Inject(SharedAnswers) answers: SharedAnswers) {
    this.#answers = answers;
  }

  @Get('insights/stream')
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const query = parsePeriodQuery(INSIGHTS_QUERY, request.query);
    void reply.type('text/event-stream').header('cache-control', 'no-store');
    // Nginx would else collect events until its buffer is full.
    void reply.header('x-accel-buffering', 'no');
    if (request.method === 'HEAD') {
      void reply.send();
      return;
    }
    const lastEventId = request.headers['last-event-id'];
    const stream = this.#stream.connect(
      request.client,
      { key: JSON.stringify(query), newest: () => this.#answers.insights(query) },
      typeof lastEventId === 'string' ? lastEventId : undefined,
    );
    if (typeof stream === 'string') {
      void reply.header('retry-after', RETRY_AFTER_SECONDS);
      throw stream === 'own'
        ? new ProblemException(429, `One client may follow ${BOUNDS.perClient} streams, no more.`)
        : new ProblemException(503, 'Too many clients follow the stream. Try again later.');
    }
    void reply.send(stream);
  }

  onModuleDestroy(): void {
    this.#stream.close();
  }
}
