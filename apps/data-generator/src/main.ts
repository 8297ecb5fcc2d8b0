import 'reflect-metadata';
import { METRIC_PREFIX } from '@login-pipeline/schema';
import { runService } from '@login-pipeline/service';
import { Module } from '@nestjs/common';
import manifest from '../package.json' with { type: 'json' };
import { GeneratorTransport } from './generator-transport.ts';
import { METRICS } from './metrics.ts';
import { SETTINGS } from './settings.ts';

/** Health and metrics come with every service; the generator has no routes of its own. */
@Module({})
class DataGeneratorModule {}

await runService({
  name: 'data-generator',
  version: manifest.version,
  settings: SETTINGS,
  metrics: { prefix: METRIC_PREFIX, sets: METRICS },
  module: () => DataGeneratorModule,
  transports: (_app, context) => [new GeneratorTransport(context)],
});
