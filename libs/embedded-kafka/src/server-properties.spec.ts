import { expect, it } from '@jest/globals';
import { serverProperties } from './server-properties.ts';
import type { KafkaNodeAddress } from './server-properties.ts';

const node = (id: number): KafkaNodeAddress => ({ id, port: 100 + id, controllerPort: 200 + id });

it('lets one broker keep everything alone', () => {
  const lines = serverProperties(node(1), [node(1)], '/records').split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'node.id=1',
      'log.dirs=/records',
      'listeners=PLAINTEXT://localhost:101,CONTROLLER://localhost:201',
      'controller.quorum.voters=1@localhost:201',
      'auto.create.topics.enable=false',
      'transaction.state.log.replication.factor=1',
      'min.insync.replicas=1',
    ]),
  );
});

it('lets three brokers replicate everything, with two in sync', () => {
  const lines = serverProperties(node(2), [node(1), node(2), node(3)], '/records').split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'node.id=2',
      'advertised.listeners=PLAINTEXT://localhost:102',
      'controller.quorum.voters=1@localhost:201,2@localhost:202,3@localhost:203',
      'offsets.topic.replication.factor=3',
      'transaction.state.log.min.isr=2',
      'min.insync.replicas=2',
    ]),
  );
});

it('sets what a node is to have otherwise', () => {
  const settings = { 'transaction.state.log.replication.factor': 3 };
  const lines = serverProperties({ ...node(1), settings }, [node(1)], '/records').split('\n');
  const factors = lines.filter((line) => line.startsWith('transaction.state.log.replication'));
  expect(factors).toEqual(['transaction.state.log.replication.factor=3']);
});

it('sends the clients of a proxied listener to the proxy', () => {
  const proxied = { ...node(1), proxied: { port: 301, advertisedPort: 401 } };
  const lines = serverProperties(proxied, [proxied], '/records').split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'listeners=PLAINTEXT://localhost:101,CONTROLLER://localhost:201,PROXIED://localhost:301',
      'advertised.listeners=PLAINTEXT://localhost:101,PROXIED://localhost:401',
    ]),
  );
});
