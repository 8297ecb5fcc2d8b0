import { ServiceContext } from '@login-pipeline/service';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { docsPage, STYLE } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';
import type { OpenApiDocument } from './openapi.ts';

const CACHE_CONTROL = 'public, max-age=300';

/** What the routes take and give, for people and for tools. */
@Controller('docs')
export class DocsController {
  readonly #document: OpenApiDocument;
  readonly #page: string;

  constructor(@Inject(ServiceContext) { version }: ServiceContext) {
    this.#document = openApiDocument(version);
    this.#page = docsPage(this.#document);
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', CACHE_CONTROL)
  page(): string {
    return this.#page;
  }

  @Get('style.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', CACHE_CONTROL)
  style(): string {
    return STYLE;
  }

  @Get('json')
  @Header('cache-control', CACHE_CONTROL)
  json(): OpenApiDocument {
    return this.#document;
  }
}
