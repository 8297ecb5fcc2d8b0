import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { PageFiles } from './page-files.ts';
import { PageController } from './page.controller.ts';

/** The live page. */
@Module({})
export class PageModule {
  /**
   * @param options.folder what the build made of the page
   * @throws {Error} when the page is not there
   */
  static register(options: { folder: string }): DynamicModule {
    return {
      module: PageModule,
      controllers: [PageController],
      providers: [{ provide: PageFiles, useValue: PageFiles.in(options.folder) }],
    };
  }
}
