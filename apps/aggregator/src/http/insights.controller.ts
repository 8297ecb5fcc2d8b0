import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Insights, InsightsView, Ledger } from '../insights/index.ts';
import { AnswerCache } from './answer-cache.ts';
import {
  distributionAnswer,
  insightsAnswer,
  ledgerAnswer,
  trafficAnswer,
  versionsAnswer,
} from './answers.ts';
import type { Dimension } from './answers.ts';
import { sendAnswer } from './conditional-reply.ts';
import { parseQuery } from './query.ts';
import { DISTRIBUTION_QUERY, NO_QUERY, TRAFFIC_QUERY } from './schemas.ts';
import { INSIGHTS_VIEW } from './tokens.ts';

/** The insights and the ledger as JSON. All clients share one serialised answer per change and query. */
@Controller()
export class InsightsController {
  readonly #view: InsightsView;
  readonly #insights = new AnswerCache<Insights>();
  readonly #ledger = new AnswerCache<Ledger>();

  constructor(@Inject(INSIGHTS_VIEW) view: InsightsView) {
    this.#view = view;
  }

  @Get('insights')
  insights(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#answer(request, reply, NO_QUERY, insightsAnswer);
  }

  @Get('insights/device-types')
  deviceTypes(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#distribution(request, reply, 'deviceTypes');
  }

  @Get('insights/app-versions')
  appVersions(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#distribution(request, reply, 'appVersions');
  }

  @Get('insights/locales')
  locales(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#distribution(request, reply, 'locales');
  }

  @Get('insights/traffic')
  traffic(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#answer(request, reply, TRAFFIC_QUERY, trafficAnswer);
  }

  @Get('insights/versions')
  versions(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#answer(request, reply, NO_QUERY, versionsAnswer);
  }

  @Get('ledger')
  ledger(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    parseQuery(NO_QUERY, request.query);
    sendAnswer(request, reply, this.#ledger.get(this.#view.ledger(), '', ledgerAnswer));
  }

  #distribution(request: FastifyRequest, reply: FastifyReply, dimension: Dimension): void {
    this.#answer(request, reply, DISTRIBUTION_QUERY, (insights, query) =>
      distributionAnswer(insights, dimension, query),
    );
  }

  #answer<Query extends z.ZodType>(
    request: FastifyRequest,
    reply: FastifyReply,
    schema: Query,
    make: (insights: Insights, query: z.infer<Query>) => unknown,
  ): void {
    const query = parseQuery(schema, request.query);
    const key = `${request.routeOptions.url ?? ''}?${JSON.stringify(query)}`;
    const answer = this.#insights.get(this.#view.insights(), key, (insights) =>
      make(insights, query),
    );
    sendAnswer(request, reply, answer);
  }
}
