import { FlowWatch } from '@login-pipeline/nest-streams';
import { Controller, Get, Inject, Query, UseInterceptors } from '@nestjs/common';
import { CachedAnswer } from '../http/answer-cache.ts';
import { AnswerInterceptor } from '../http/answer.interceptor.ts';
import { parseQuery } from '../http/query.ts';
import { NO_QUERY } from '../http/schemas.ts';
import { flowAnswer } from './flow-answer.ts';

/** What the transformer did with every input record. */
@Controller('flow')
@UseInterceptors(AnswerInterceptor)
export class FlowController {
  readonly #watch: Pick<FlowWatch, 'flow'>;

  constructor(@Inject(FlowWatch) watch: Pick<FlowWatch, 'flow'>) {
    this.#watch = watch;
  }

  @Get()
  flow(@Query() query: unknown): CachedAnswer {
    parseQuery(NO_QUERY, query);
    return CachedAnswer.of(flowAnswer(this.#watch.flow()));
  }
}
