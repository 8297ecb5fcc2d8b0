import { expect, it } from '@jest/globals';
import { parseKafkaArguments } from './kafka-arguments.ts';

const DEFAULTS = { brokers: 1, port: 29092, secure: false, fresh: false, help: false };

it.each([
  [[], {}],
  [['--brokers', '3'], { brokers: 3 }],
  [['--port', '9092', '--fresh'], { port: 9092, fresh: true }],
  [['--secure'], { secure: true }],
  [['--help'], { help: true }],
])('reads %j', (args, changes) => {
  expect(parseKafkaArguments(args)).toEqual({ ...DEFAULTS, ...changes });
});

it.each([
  [['--brokers', '2'], '--brokers: expected 1 or 3'],
  [['--port', 'x'], '--port: expected a port number'],
  [['--port', '65535'], '--port: expected a port number'],
  [['--broker'], "Unknown option '--broker'"],
])('refuses %j', (args, message) => {
  expect(() => parseKafkaArguments(args)).toThrow(message);
});
