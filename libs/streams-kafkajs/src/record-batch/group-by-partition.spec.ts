import { expect, it } from '@jest/globals';
import { groupByPartition } from './index.ts';

it('groupByPartition keeps the order and asks once for every record', () => {
  const asked: number[] = [];
  const groups = groupByPartition([5, 3, 8, 1], (record) => {
    asked.push(record);
    return record % 2;
  });
  expect(groups).toEqual({ 0: [8], 1: [5, 3, 1] });
  expect(asked).toEqual([5, 3, 8, 1]);
});
