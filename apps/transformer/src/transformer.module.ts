import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import type { TransformerSettings } from '@login-pipeline/config';
import { DeadLetterFuse } from '@login-pipeline/pipeline';
import { loginPipeline } from './login-pipeline.ts';
import { LoginController } from './login.controller.ts';
import { FUSE, LOGIN_PIPELINE } from './tokens.ts';
import { versionFilter } from './version-filter.ts';

/** Wiring only: the pure path and the fuse, made from the settings. */
@Module({})
export class TransformerModule {
  static register({ filterAppVersions, deadLetterMaxRatio }: TransformerSettings): DynamicModule {
    return {
      module: TransformerModule,
      controllers: [LoginController],
      providers: [
        { provide: LOGIN_PIPELINE, useValue: loginPipeline(versionFilter(filterAppVersions)) },
        { provide: FUSE, useValue: new DeadLetterFuse(deadLetterMaxRatio) },
      ],
    };
  }
}
