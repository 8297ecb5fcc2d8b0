import type { ConsumedBatch, ConsumedRecord } from '@login-pipeline/streams';
import type { RpcExceptionFilter } from '@nestjs/common';
import { applyDecorators, Catch, UseFilters } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { isObservable, lastValueFrom, throwError } from 'rxjs';

import type { BatchContext } from './batch-context.ts';

/** Nest's name of the transports of streams: handlers of other transports are not theirs. */
export const KAFKA_BATCHES = Symbol('kafka-batches');

/** Lets errors through as they are: Nest's own filter would replace them by "Internal server error". */
class RethrowFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
Catch()(RethrowFilter);

/**
 * Marks the method that handles the batches of a source, one batch of one partition at a time. It
 * is given the batch and the context of its stream.
 *
 * @param source the name under which the transport was given its topic
 */
export function BatchHandler(source: string): MethodDecorator {
  const mark = applyDecorators(
    EventPattern([source], KAFKA_BATCHES),
    UseFilters(new RethrowFilter()),
  );
  return (target, name, descriptor) => {
    // Without them Nest gives the first argument alone.
    Payload()(target, name, 0);
    Ctx()(target, name, 1);
    mark(target, name, descriptor);
  };
}

/**
 * Marks the method that handles the records of a source, one by one: of a stream that transforms it
 * returns the record's outcome, of one that folds nothing. It may not wait: a method that has to is
 * one of batches.
 *
 * @param source the name under which the transport was given its topic
 */
export function RecordHandler(
  source: string,
): (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void {
  return (target, name, descriptor) => {
    const handle = descriptor.value as (record: ConsumedRecord, partition: number) => unknown;
    descriptor.value = function (this: unknown, batch: ConsumedBatch, context: BatchContext) {
      return context.perRecord(batch, (record, partition) => handle.call(this, record, partition));
    };
    BatchHandler(source)(target, name, descriptor);
  };
}

/**
 * @returns the handler of a source, as Nest has it
 * @throws Error when no method is marked for it: its records would be skipped in silence
 */
export function handlerOf<Result>(
  handlers: ReadonlyMap<string, MessageHandler>,
  source: string,
  context: BatchContext,
): (batch: ConsumedBatch) => Promise<Result> {
  const handler = handlers.get(source);
  if (handler === undefined)
    throw new Error(`No method has @BatchHandler('${source}') or @RecordHandler('${source}')`);
  return async (batch) => {
    const result: unknown = await handler(batch, context);
    return (isObservable(result) ? await lastValueFrom(result) : result) as Result;
  };
}
