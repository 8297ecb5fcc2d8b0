import { Controller, Get, Inject, Param, Query, Req, UseInterceptors } from '@nestjs/common';
import { ProblemException } from '@login-pipeline/service';
import type { FastifyRequest } from 'fastify';
import type { CachedAnswer } from './answer-cache.ts';
import { AnswerInterceptor } from './answer.interceptor.ts';
import { prefersCsv } from './conditional-reply.ts';
import { parsePeriodQuery, parseQuery } from './query.ts';
import { INSIGHTS_QUERY, NO_QUERY, querySchema } from './schemas.ts';
import { INSIGHT_ROUTES, SharedAnswers } from './shared-answers.ts';

const QUERIES = new Map(
  [...INSIGHT_ROUTES].map(([path, { route }]) => [path, querySchema(route.query)]),
);

/** The insights and the ledger. */
@Controller()
@UseInterceptors(AnswerInterceptor)
export class InsightsController {
  readonly #answers: SharedAnswers;

  constructor(@Inject(SharedAnswers) answers: SharedAnswers) {
    this.#answers = answers;
  }

  @Get('insights')
  insights(@Query() query: unknown): CachedAnswer {
    return this.#answers.insights(parsePeriodQuery(INSIGHTS_QUERY, query));
  }

  @Get('insights/:path')
  insight(
    @Param('path') path: string,
    @Query() query: unknown,
    @Req() request: FastifyRequest,
  ): CachedAnswer {
    const route = INSIGHT_ROUTES.get(path);
    const schema = QUERIES.get(path);
    if (route === undefined || schema === undefined) {
      throw new ProblemException(404, 'There is nothing here.');
    }
    const as = prefersCsv(request) ? 'csv' : 'json';
    return this.#answers.of(route, parsePeriodQuery(schema, query), as);
  }

  @Get('ledger')
  ledger(@Query() query: unknown): CachedAnswer {
    parseQuery(NO_QUERY, query);
    return this.#answers.ledger();
  }
}
