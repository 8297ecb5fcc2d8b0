import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { readPageFiles } from './page-files.ts';
import { PageController } from './page.controller.ts';
import { PAGE_FILES } from './tokens.ts';

/** Where the build puts the page: beside the one file that the service is then, wherever that lies. */
export const BUILT_PAGE = fileURLToPath(new URL('page', import.meta.url));

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
      providers: [{ provide: PAGE_FILES, useValue: readPageFiles(options.folder) }],
    };
  }
}
