import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { FlowController } from './flow.controller.ts';
import type { FlowView } from './flow.ts';
import { FLOW_VIEW } from './tokens.ts';

/** The transformer's outcomes over HTTP. */
@Module({})
export class FlowModule {
  static register(options: { view: FlowView }): DynamicModule {
    return {
      module: FlowModule,
      controllers: [FlowController],
      providers: [{ provide: FLOW_VIEW, useValue: options.view }],
    };
  }
}
