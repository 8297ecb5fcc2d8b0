import { expect, it } from '@jest/globals';
import { FuseBlownError } from '@login-pipeline/streams';
import { transformFailure } from './transform-failure.ts';
import type { FailingTransform } from './transform-failure.ts';

const OPTIONS: FailingTransform = {
  connection: { brokers: ['b:9092'], clientId: 'c', ssl: false },
  groupId: 'g',
  input: { topic: 'in', setting: 'INPUT_TOPIC' },
  output: { topic: 'out', setting: 'OUTPUT_TOPIC' },
  deadLetter: { topic: 'dead', setting: 'DEAD_LETTER_TOPIC' },
  stallTimeoutMs: 60_000,
};

it('ends a transformer whose fuse has blown with a code that no restart helps, in the words of the fuse', () => {
  const blown = new FuseBlownError('99 % would become dead letters');
  expect(transformFailure(blown, OPTIONS, [])).toMatchObject({
    fault: 'defect',
    code: 'FUSE_BLOWN',
    message: blown.message,
    cause: blown,
  });
});
