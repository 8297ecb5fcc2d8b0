import { describe, expect, it } from '@jest/globals';
import type { ConsumedBatch } from '@login-pipeline/streams';
import type { MessageHandler } from '@nestjs/microservices';
import { EMPTY, of, throwError } from 'rxjs';
import type { BatchContext } from './batch-context.ts';
import { handlerOf } from './batch-handler.ts';

const BATCH: ConsumedBatch = { topic: 'words', partition: 0, records: [], nextOffset: 0n };

const NO_CONTEXT: BatchContext = { perRecord: () => undefined };

function handlers(handler: MessageHandler): ReadonlyMap<string, MessageHandler> {
  return new Map([['words', handler]]);
}

describe('handlerOf', () => {
  it.each<[string, MessageHandler]>([
    ['a promise', (batch) => Promise.resolve(batch)],
    ['an observable', (batch) => Promise.resolve(of('earlier', batch))],
  ])('gives the batch to the handler and awaits its result as %s', async (_, handler) => {
    expect(await handlerOf(handlers(handler), 'words', NO_CONTEXT)(BATCH)).toBe(BATCH);
  });

  it.each<[string, MessageHandler]>([
    ['a promise', () => Promise.reject(new Error('a bug'))],
    ['an observable', () => Promise.resolve(throwError(() => new Error('a bug')))],
  ])('rejects with the error of %s as it is', async (_, handler) => {
    await expect(handlerOf(handlers(handler), 'words', NO_CONTEXT)(BATCH)).rejects.toEqual(
      new Error('a bug'),
    );
  });

  it('rejects when a handler gives nothing: nothing must be committed then', async () => {
    const nothing = handlerOf(
      handlers(() => Promise.resolve(EMPTY)),
      'words',
      NO_CONTEXT,
    );
    await expect(nothing(BATCH)).rejects.toThrow('no elements');
  });

  it('refuses a source without a handler, by its name', () => {
    expect(() => handlerOf(new Map(), 'words', NO_CONTEXT)).toThrow(
      "No method has @BatchHandler('words')",
    );
  });
});
