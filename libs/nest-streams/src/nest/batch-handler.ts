import type { ConsumedBatch } from '@login-pipeline/streams';
import type { RpcExceptionFilter } from '@nestjs/common';
import { applyDecorators, Catch, UseFilters } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { EventPattern } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { isObservable, lastValueFrom, throwError } from 'rxjs';

/** Nest's name of our transports: handlers of other transports are not theirs. */
export const KAFKA_BATCHES = Symbol('kafka-batches');

/** Lets errors through as they are: Nest's own filter would replace them by "Internal server error". */
class RethrowFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
Catch()(RethrowFilter);

/**
 * Marks the method that handles the batches of a source, one batch of one partition at a time.
 *
 * @param source the name under which the transport was given its topic
 */
export function BatchHandler(source: string): MethodDecorator {
  return applyDecorators(EventPattern([source], KAFKA_BATCHES), UseFilters(new RethrowFilter()));
}

/**
 * @returns the handler of a source, as Nest has it
 * @throws Error when no method is marked for it: its records would be skipped in silence
 */
export function handlerOf<Result>(
  handlers: ReadonlyMap<string, MessageHandler>,
  source: string,
): (batch: ConsumedBatch) => Promise<Result> {
  const handler = handlers.get(source);
  if (handler === undefined) throw new Error(`No method has @BatchHandler('${source}')`);
  return async (batch) => {
    const result: unknown = await handler(batch, undefined);
    return (isObservable(result) ? await lastValueFrom(result) : result) as Result;
  };
}
