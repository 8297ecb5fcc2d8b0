import { beforeEach, expect, it } from '@jest/globals';
import { loadSettings } from '@login-pipeline/config';
import { BatchTransport } from '@login-pipeline/nest-streams';
import { transformSettings } from '@login-pipeline/nest-streams/settings';
import { startSimulatedTransform } from '@login-pipeline/nest-streams/testing';
import { createHttpApp } from '@login-pipeline/service';
import { testContext } from '@login-pipeline/service/testing';
import type { CommitPlan } from '@login-pipeline/streams';
import { SimulatedCluster } from '@login-pipeline/streams/testing';
import { TOPICS } from './order.ts';
import { OrdersModule } from './orders.module.ts';

const SETTINGS = loadSettings(transformSettings('orders', TOPICS), {});
const ORDERS = [
  { id: '1', status: 'paid', country: 'DE', cents: 100 },
  { id: '2', status: 'open', country: 'DE', cents: 200 },
  { id: '3', status: 'paid', country: 'Narnia', cents: 300 },
  { id: '4', status: 'paid', country: 'FR', cents: 400 },
];

let transport: BatchTransport<CommitPlan>;

beforeEach(async () => {
  const context = testContext(SETTINGS);
  const app = await createHttpApp(OrdersModule.register(SETTINGS), context);
  for (const strategy of context.transports) app.connectMicroservice({ strategy });
  const [first] = context.transports;
  if (!(first instanceof BatchTransport)) throw new Error('No stream');
  transport = first as BatchTransport<CommitPlan>;
});

it.each([1, 2, 3])(
  'passes paid orders on once, whatever dies in a commit (seed %i)',
  async (seed) => {
    const cluster = new SimulatedCluster({ seed });
    for (const topic of Object.values(TOPICS)) {
      cluster.createTopic(topic, 1, { timestampAfterMaxMs: Infinity });
    }
    const first = cluster.process('first');
    startSimulatedTransform(first, transport, SETTINGS.topics);
    // The broker commits, and the answer never arrives.
    cluster.network.fault = (_process, _broker, api) => {
      if (api !== 'EndTxn') return undefined;
      cluster.network.fault = undefined;
      first.kill();
      return 'lose-answer';
    };
    const values = [...ORDERS.map((order) => JSON.stringify(order)), '{'];
    const records = values.map((value) => ({ key: null, value: Buffer.from(value), timestamp: 1 }));
    cluster.append('orders', 0, records);
    const committed = (topic: string): readonly string[] =>
      (cluster.read(topic)[0]?.committed ?? []).map(({ value }) => String(value));
    await cluster.run(60_000, () => committed('paid-orders').length > 0);

    startSimulatedTransform(cluster.process('second'), transport, SETTINGS.topics);
    await cluster.run(cluster.now() + 60_000);
    expect(committed('paid-orders')).toEqual([values[0], values[3]]);
    expect(committed(TOPICS.deadLetterTopic)).toEqual([values[2], '{']);
    expect(cluster.committed('orders')).toMatchObject([{ offset: 5n }]);
  },
);
