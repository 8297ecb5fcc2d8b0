import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { loadSettings } from '@login-pipeline/config';
import { transformSettings } from '@login-pipeline/nest-streams/settings';
import { TestCluster, waitFor } from '@login-pipeline/nest-streams/testing';
import { createHttpApp } from '@login-pipeline/service';
import { testContext } from '@login-pipeline/service/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OrdersModule } from './orders.module.ts';

let cluster: TestCluster;
let app: NestFastifyApplication;

beforeAll(() => {
  cluster = new TestCluster();
});
afterEach(() => app.close());
afterAll(() => cluster.close());

it('counts each paid order once, and sets aside what is no order', async () => {
  const topics = {
    inputTopic: await cluster.topic('orders', { partitions: 2 }),
    outputTopic: await cluster.topic('paid-orders', { partitions: 2 }),
    deadLetterTopic: await cluster.topic('refused-orders', { partitions: 2 }),
  };
  const revenueTopic = await cluster.topic('revenue', {
    partitions: 2,
    config: { 'cleanup.policy': 'compact' },
  });
  const settings = loadSettings(transformSettings(cluster.unique('orders'), topics), {
    KAFKA_BROKERS: cluster.connection.brokers.join(),
  });
  const context = testContext(settings, { logger: cluster.logger });
  app = await createHttpApp(OrdersModule.register(settings, revenueTopic), context);
  for (const strategy of context.transports) app.connectMicroservice({ strategy });
  await app.startAllMicroservices();

  const order = (country: string, cents: number, status = 'paid') =>
    JSON.stringify({ id: `${country}${cents}`, status, country, cents });
  const values = [order('DE', 100), order('DE', 20), order('FR', 3), order('FR', 9, 'open'), '{}'];
  const messages = values.map((value, index) => ({ value, partition: index % 2 }));
  await cluster.produce(topics.inputTopic, messages);

  await waitFor('the revenue', async () => {
    const { cents } = (await app.inject('/revenue')).json<{ readonly cents: number }>();
    return cents === 123;
  });
  const [refused] = await cluster.read(topics.deadLetterTopic);
  const headers = [...(refused?.headers ?? [])].map(([name, value]) => [name, String(value)]);
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-dead-letter-reason': 'no_order',
    'x-dead-letter-service': 'test@1.2.3',
  });
});
