import 'reflect-metadata';
import { METRIC_PREFIX } from '@login-pipeline/schema';
import { runService } from '@login-pipeline/service';
import manifest from '../package.json' with { type: 'json' };
import { AggregatorModule } from './aggregator.module.ts';
import { METRICS } from './metrics.ts';
import { SETTINGS } from './settings.ts';

await runService({
  name: 'aggregator',
  version: manifest.version,
  settings: SETTINGS,
  metrics: { prefix: METRIC_PREFIX, sets: METRICS },
  module: ({ settings }) => AggregatorModule.register(settings),
});
