import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CachedAnswer } from '../http/answer-cache.ts';
import { sendAnswer } from '../http/conditional-reply.ts';
import { parseQuery } from '../http/query.ts';
import { NO_QUERY } from '../http/schemas.ts';
import { flowAnswer } from './flow-answer.ts';
import type { FlowView } from './flow.ts';
import { FLOW_VIEW } from './tokens.ts';

/** What the transformer did with every input record. */
@Controller('flow')
export class FlowController {
  readonly #view: FlowView;

  constructor(@Inject(FLOW_VIEW) view: FlowView) {
    this.#view = view;
  }

  @Get()
  flow(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    parseQuery(NO_QUERY, request.query);
    sendAnswer(request, reply, CachedAnswer.of(flowAnswer(this.#view.flow())));
  }
}
