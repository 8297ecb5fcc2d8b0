import { expect, it } from '@jest/globals';
import { serviceEnvironment, servicePorts } from './services.ts';

const PORTS = servicePorts();

it('gives each service a port of its own, from HTTP_PORT on', () => {
  expect(servicePorts('4000')).toEqual({
    aggregator: 4000,
    transformer: 4001,
    'data-generator': 4002,
  });
});

it.each(['0', '-1', '65534', 'http', '1.5'])('refuses HTTP_PORT=%s', (base) => {
  expect(() => servicePorts(base)).toThrow('HTTP_PORT: expected');
});

it('hands the user’s settings on and lets the generator show every kind of record', () => {
  const user = { RATE: '5', HOME: '/home/me' };
  expect(serviceEnvironment('data-generator', PORTS, 'broker:9092', user)).toMatchObject({
    RATE: '5',
    HOME: '/home/me',
    BAD_RATIO: '0.01',
    KAFKA_BROKERS: 'broker:9092',
    HTTP_PORT: '3002',
  });
});

it('lets the user’s own settings win', () => {
  const env = serviceEnvironment('data-generator', PORTS, 'b:1', { BAD_RATIO: '0.2' });
  expect(env['BAD_RATIO']).toBe('0.2');
});

it.each(['NODE_OPTIONS', 'INPUT_TOPIC', 'OUTPUT_TOPIC', 'GROUP_ID'])(
  'keeps %s back: it cannot suit all services',
  (name) => {
    expect(serviceEnvironment('transformer', PORTS, 'b:1', { [name]: 'x' })).not.toHaveProperty(
      name,
    );
  },
);
