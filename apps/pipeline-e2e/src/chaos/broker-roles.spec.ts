import { expect, it } from '@jest/globals';
import { coordinatorOf } from './broker-roles.ts';

it.each([
  // Java: Math.abs(text.hashCode()) % 50, and 0 where that is no positive number
  ['', 0],
  ['hello', 99_162_322 % 50],
  ['login-pipeline', 804_223_866 % 50],
  ['polygenelubricants', 0],
])('finds the partition of "%s" as Java does', (id, partition) => {
  const leaders = Array.from({ length: 50 }, (_, index) => index);
  expect(coordinatorOf(leaders, id)).toBe(partition);
});
