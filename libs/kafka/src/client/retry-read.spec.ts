import { expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { StalledError } from './errors.ts';
import { retryRead } from './retry-read.ts';

const lost = new kafkajs.KafkaJSConnectionError('read ECONNRESET');
const refused = new kafkajs.KafkaJSProtocolError({
  type: 'TOPIC_AUTHORIZATION_FAILED',
  code: 29,
  message: 'not allowed',
  retriable: false,
} as unknown as Error);

it('asks again after a lost connection', async () => {
  const answers = [
    () => Promise.reject(lost),
    () => Promise.reject(lost),
    () => Promise.resolve(7),
  ];
  const read = (): Promise<number> => answers.shift()?.() ?? Promise.reject(new Error('too often'));
  await expect(retryRead(read, [1, 1])).resolves.toBe(7);
});

it('gives up in a way that a new process may mend', async () => {
  const attempt = retryRead(() => Promise.reject(lost), [1]);
  await expect(attempt).rejects.toBeInstanceOf(StalledError);
  await expect(attempt).rejects.toMatchObject({ exitCode: 75, cause: lost });
});

it.each([
  ['a refusal', refused],
  ['a defect', new TypeError('x is not a function')],
])('does not repeat %s', async (_, error) => {
  let attempts = 0;
  const read = (): Promise<never> => {
    attempts += 1;
    return Promise.reject(error);
  };
  await expect(retryRead(read, [1, 1])).rejects.toBe(error);
  expect(attempts).toBe(1);
});
