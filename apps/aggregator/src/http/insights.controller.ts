import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CachedAnswer } from './answer-cache.ts';
import type { Dimension } from './answers.ts';
import { sendAnswer } from './conditional-reply.ts';
import { parseQuery } from './query.ts';
import { DISTRIBUTION_QUERY, NO_QUERY, TRAFFIC_QUERY } from './schemas.ts';
import type { SharedAnswers } from './shared-answers.ts';
import { SHARED_ANSWERS } from './tokens.ts';

/** The insights and the ledger as JSON. What making an answer takes is charged to the client who asked first. */
@Controller()
export class InsightsController {
  readonly #answers: SharedAnswers;

  constructor(@Inject(SHARED_ANSWERS) answers: SharedAnswers) {
    this.#answers = answers;
  }

  @Get('insights')
  insights(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    parseQuery(NO_QUERY, request.query);
    this.#send(request, reply, () => this.#answers.insights());
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
    const query = parseQuery(TRAFFIC_QUERY, request.query);
    this.#send(request, reply, () => this.#answers.traffic(query));
  }

  @Get('insights/versions')
  versions(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    parseQuery(NO_QUERY, request.query);
    this.#send(request, reply, () => this.#answers.versions());
  }

  @Get('ledger')
  ledger(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    parseQuery(NO_QUERY, request.query);
    this.#send(request, reply, () => this.#answers.ledger());
  }

  #distribution(request: FastifyRequest, reply: FastifyReply, dimension: Dimension): void {
    const query = parseQuery(DISTRIBUTION_QUERY, request.query);
    this.#send(request, reply, () => this.#answers.distribution(dimension, query));
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
