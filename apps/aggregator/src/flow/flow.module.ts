import { FlowWatch } from '@login-pipeline/nest-streams';
import { ServiceContext } from '@login-pipeline/service';
import { Module } from '@nestjs/common';
import type { AggregatorSettings } from '../settings.ts';
import { FlowController } from './flow.controller.ts';

/** What the transformer did, over HTTP and in metrics. */
@Module({
  controllers: [FlowController],
  providers: [
    {
      provide: FlowWatch,
      inject: [ServiceContext],
      useFactory: ({ settings, logger, metrics }: ServiceContext<AggregatorSettings>) =>
        new FlowWatch({
          connection: settings.kafka,
          groupId: settings.transformerGroupId,
          topic: settings.transformerInputTopic,
          settings: { groupId: 'TRANSFORMER_GROUP_ID', topic: 'TRANSFORMER_INPUT_TOPIC' },
          logger,
          metrics,
        }),
    },
  ],
})
export class FlowModule {}
