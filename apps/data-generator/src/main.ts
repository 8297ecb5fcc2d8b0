import 'reflect-metadata';
import { METRIC_PREFIX } from '@login-pipeline/schema';
import { runService, ServiceContext } from '@login-pipeline/service';
import { Module } from '@nestjs/common';
import manifest from '../package.json' with { type: 'json' };
import { GeneratorTransport } from './generator-transport.ts';
import { METRICS } from './metrics.ts';
import { SETTINGS } from './settings.ts';
import type { GeneratorSettings } from './settings.ts';

/** The generator has no routes of its own. */
@Module({
  providers: [
    {
      provide: GeneratorTransport,
      inject: [ServiceContext],
      useFactory: (context: ServiceContext<GeneratorSettings>) => {
        const transport = new GeneratorTransport(context);
        context.serve(transport);
        return transport;
      },
    },
  ],
})
class DataGeneratorModule {}

await runService({
  name: 'data-generator',
  version: manifest.version,
  settings: SETTINGS,
  metrics: { prefix: METRIC_PREFIX, sets: METRICS },
  module: () => DataGeneratorModule,
});
