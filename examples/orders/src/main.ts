import 'reflect-metadata';
import { compose } from '@login-pipeline/config';
import { STREAM_METRICS } from '@login-pipeline/nest-streams/metrics';
import { transformSettings } from '@login-pipeline/nest-streams/settings';
import { runService } from '@login-pipeline/service';
import { http, LOG } from '@login-pipeline/service/settings';
import { TOPICS } from './order.ts';
import { OrdersModule } from './orders.module.ts';

await runService({
  name: 'orders',
  version: '0.1.0',
  settings: compose({ http: http(3010), log: LOG }, transformSettings('orders', TOPICS)),
  metrics: { prefix: 'orders_', sets: STREAM_METRICS },
  module: ({ settings }) => OrdersModule.register(settings),
});
