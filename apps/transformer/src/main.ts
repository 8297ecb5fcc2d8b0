import 'reflect-metadata';
import { METRIC_PREFIX } from '@login-pipeline/schema';
import { runService } from '@login-pipeline/service';
import manifest from '../package.json' with { type: 'json' };
import { METRICS } from './metrics.ts';
import { SETTINGS } from './settings.ts';
import { TransformerModule } from './transformer.module.ts';

await runService({
  name: 'transformer',
  version: manifest.version,
  settings: SETTINGS,
  metrics: { prefix: METRIC_PREFIX, sets: METRICS },
  module: ({ settings }) => TransformerModule.register(settings),
});
