import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { finalize, map } from 'rxjs';
import type { CachedAnswer } from './answer-cache.ts';
import { bodyOf } from './conditional-reply.ts';

/** Sends the cached answers that routes return. What making one takes is charged to the client who asked first. */
export class AnswerInterceptor implements NestInterceptor<CachedAnswer, Buffer | undefined> {
  intercept(
    context: ExecutionContext,
    next: CallHandler<CachedAnswer>,
  ): Observable<Buffer | undefined> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const begunMs = performance.now();
    return next.handle().pipe(
      map((answer) => bodyOf(answer, request, reply)),
      finalize(() => {
        request.charge(performance.now() - begunMs);
      }),
    );
  }
}
