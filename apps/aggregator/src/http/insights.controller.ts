import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ProblemException } from '@login-pipeline/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CachedAnswer } from './answer-cache.ts';
import { prefersCsv, sendAnswer } from './conditional-reply.ts';
import { parsePeriodQuery, parseQuery } from './query.ts';
import { INSIGHTS_QUERY, NO_QUERY, querySchema } from './schemas.ts';
import { INSIGHT_ROUTES } from './shared-answers.ts';
import type { SharedAnswers } from './shared-answers.ts';
import { SHARED_ANSWERS } from './tokens.ts';

const QUERIES = new Map(
  [...INSIGHT_ROUTES].map(([path, { route }]) => [path, querySchema(route.query)]),
);

/** The insights and the ledger. What making an answer takes is charged to the client who asked first. */
@Controller()
export class InsightsController {
  readonly #answers: SharedAnswers;

  constructor(@Inject(SHARED_ANSWERS) answers: SharedAnswers) {
    this.#answers = answers;
  }

  @Get('insights')
  insights(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const query = parsePeriodQuery(INSIGHTS_QUERY, request.query);
    this.#send(request, reply, () => this.#answers.insights(query));
  }

  @Get('insights/:path')
  insight(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('path') path: string,
  ): void {
    const route = INSIGHT_ROUTES.get(path);
    const schema = QUERIES.get(path);
    if (route === undefined || schema === undefined) {
      throw new ProblemException(404, 'There is nothing here.');
    }
    const query = parsePeriodQuery(schema, request.query);
    const as = prefersCsv(request) ? 'csv' : 'json';
    this.#send(request, reply, () => this.#answers.of(route, query, as));
  }

  @Get('ledger')
  ledger(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    parseQuery(NO_QUERY, request.query);
    this.#send(request, reply, () => this.#answers.ledger());
  }

  #send(request: FastifyRequest, reply: FastifyReply, answer: () => CachedAnswer): void {
    const begunMs = performance.now();
    try {
      sendAnswer(request, reply, answer());
    } finally {
      request.charge(performance.now() - begunMs);
    }
  }
}
