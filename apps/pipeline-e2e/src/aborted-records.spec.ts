import { expect, it } from '@jest/globals';
import { hideAborted } from './aborted-records.ts';
import type { FetchedMessage } from './aborted-records.ts';

const ABORT = Buffer.from([0, 0, 0, 0]);
const COMMIT = Buffer.from([0, 0, 0, 1]);

const record = (offset: number, producerId: string, inTransaction = true): FetchedMessage => ({
  offset: String(offset),
  key: Buffer.from('key'),
  isControlRecord: false,
  batchContext: { producerId, inTransaction },
});
const marker = (offset: number, producerId: string, key: Buffer): FetchedMessage => ({
  ...record(offset, producerId),
  key,
  isControlRecord: true,
});

it('hides the records of aborted transactions that lie within each other, however they are listed', () => {
  const messages = [
    record(8, 'b'),
    record(9, 'a'),
    record(10, 'c'),
    record(11, 'free', false),
    marker(12, 'b', ABORT),
    record(13, 'b'),
    marker(14, 'a', ABORT),
    record(15, 'a'),
    marker(16, 'c', COMMIT),
  ];
  const abortedTransactions = [
    { producerId: 'b', firstOffset: '7' },
    { producerId: 'a', firstOffset: '6' },
  ];
  const partition = { messages, abortedTransactions };
  hideAborted(partition);
  const seen = messages.filter(({ isControlRecord }) => isControlRecord !== true);
  expect(seen.map(({ offset }) => offset)).toEqual(['10', '11', '13', '15']);
  expect(partition.abortedTransactions).toEqual([]);
});

it('leaves alone what no list of aborted transactions came with', () => {
  const messages = [record(1, 'a')];
  hideAborted({ messages, abortedTransactions: null });
  expect(messages[0]?.isControlRecord).toBe(false);
});
