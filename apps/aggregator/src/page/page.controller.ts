import { negotiate } from '@fastify/accept-negotiator';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fresh from 'fresh';
import { ProblemException } from '@login-pipeline/service';
import { PageFiles } from './page-files.ts';
import type { Coding } from './page-files.ts';

/** The first names the others, so it is asked for every time; the others have a digest in their names. */
const CHANGING = 'no-cache';
const UNCHANGING = 'public, max-age=31536000, immutable';

/** The live page and its files, as the build compressed them. */
@Controller()
export class PageController {
  readonly #files: PageFiles;

  constructor(@Inject(PageFiles) files: PageFiles) {
    this.#files = files;
  }

  @Get()
  index(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer | undefined {
    return this.#body(request, reply, 'index.html', CHANGING);
  }

  @Get('page/:file')
  file(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('file') name: string,
  ): Buffer | undefined {
    return this.#body(request, reply, name, UNCHANGING);
  }

  #body(
    request: FastifyRequest,
    reply: FastifyReply,
    name: string,
    cacheControl: string,
  ): Buffer | undefined {
    const file = this.#files.get(name);
    if (file === undefined) throw new ProblemException(404, 'The page has no such file.');
    const { mediaType, etag, body, compressed } = file;
    void reply
      .header('cache-control', cacheControl)
      .header('etag', etag)
      .header('vary', 'accept-encoding');
    if (fresh(request.headers, { etag })) {
      void reply.code(304);
      return undefined;
    }
    void reply.type(mediaType);
    const codings: Coding[] = [...compressed.keys()];
    const coding = negotiate(request.headers['accept-encoding'] ?? '', codings);
    const encoded = coding === null ? undefined : compressed.get(coding);
    if (coding !== null && encoded !== undefined) void reply.header('content-encoding', coding);
    return encoded ?? body;
  }
}
