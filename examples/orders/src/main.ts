import 'reflect-metadata';
import { compose } from '@login-pipeline/config';
import { STREAM_METRICS, transformSettings } from '@login-pipeline/nest-streams';
import { http, LOG, runService } from '@login-pipeline/service';
import { TOPICS } from './order.ts';
import { OrdersModule } from './orders.module.ts';

await runService({
  name: 'orders',
  version: '0.1.0',
  settings: compose({ http: http(3010), log: LOG }, transformSettings('orders', TOPICS)),
  metrics: { prefix: 'orders_', sets: STREAM_METRICS },
  module: ({ settings }) => OrdersModule.register(settings),
});
