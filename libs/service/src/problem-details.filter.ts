import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Logger } from '@login-pipeline/observability';

/** An error answer as RFC 9457 has it; extension members beside the five standard ones. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** The path asked for, unless the request could not be read. */
  readonly instance?: string;
  readonly [extension: string]: unknown;
}

/** An error that the client gets to see, with further members where they help. */
export class ProblemException extends HttpException {
  readonly extensions: Readonly<Record<string, unknown>>;

  /** @param detail tells the client what is wrong this time; holds no personal data */
  constructor(status: number, detail: string, extensions: Readonly<Record<string, unknown>> = {}) {
    super(detail, status);
    this.extensions = extensions;
  }
}

/** What a problem document says. */
export interface Answer {
  readonly status: number;
  readonly detail: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const UNEXPECTED: Answer = { status: 500, detail: 'An unexpected error; the log has it.' };

/** Turns everything thrown during a request into a problem document (RFC 9457). */
export class ProblemDetailsFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const answer = expected(exception) ?? UNEXPECTED;
    if (answer === UNEXPECTED) {
      const { method } = request;
      this.#logger.error(
        { err: exception, method, route: request.routeOptions.url },
        'request failed',
      );
    }
    if (reply.sent || reply.raw.headersSent) {
      // Too late for another answer: a cut connection tells the client that this one is not whole.
      reply.raw.destroy();
      return;
    }
    const allowed = answer.status === 404 ? otherMethods(request) : [];
    if (allowed.length === 0) {
      sendProblem(request, reply, answer);
    } else {
      void reply.header('allow', allowed.join(', '));
      const detail = `${request.method} is not allowed here.`;
      sendProblem(request, reply, { status: 405, detail });
    }
  }
}

/** Answers what the HTTP framework refuses before any route is found, such as a malformed URL. */
export function answerFrameworkError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  sendProblem(request, reply, expected(error) ?? UNEXPECTED);
}

/** @returns the document as bytes, and the title of its status */
export function problemDocument(
  { status, detail, extensions }: Answer,
  instance?: string,
): { readonly title: string; readonly body: Buffer } {
  const title = STATUS_CODES[status] ?? 'Error';
  const problem: Problem = {
    ...extensions,
    type: 'about:blank',
    title,
    status,
    detail,
    ...(instance !== undefined && { instance }),
  };
  return { title, body: Buffer.from(JSON.stringify(problem)) };
}

/** @returns the path that a request asks for, without its query */
export function pathOf({ url = '' }: { readonly url?: string | undefined }): string {
  return url.replace(/\?.*$/s, '');
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, answer: Answer): void {
  // As bytes: to a text Fastify would add a charset, which this media type does not have.
  void reply
    .code(answer.status)
    .header('content-type', 'application/problem+json')
    .send(problemDocument(answer, pathOf(request)).body);
}

/** @returns the answer to an error that was meant for the client, else undefined */
function expected(exception: unknown): Answer | undefined {
  if (exception instanceof ProblemException) {
    const { message: detail, extensions } = exception;
    return { status: exception.getStatus(), detail, extensions };
  }
  if (exception instanceof HttpException) {
    return { status: exception.getStatus(), detail: detailOf(exception) };
  }
  // Fastify's own refusals: an unreadable body, an unknown content type.
  if (exception instanceof Error && 'statusCode' in exception) {
    const { statusCode: status, message: detail } = exception;
    if (typeof status === 'number' && status >= 400 && status < 500) return { status, detail };
  }
  return undefined;
}

/** Validation pipes put a list of messages into the response of their exception. */
function detailOf(exception: HttpException): string {
  const response = exception.getResponse();
  if (typeof response === 'object' && 'message' in response && Array.isArray(response.message)) {
    return response.message.join('; ');
  }
  return exception.message;
}

/** @returns the methods that the path answers to, none when it answers to the request's own or to none */
function otherMethods(request: FastifyRequest): readonly string[] {
  const url = pathOf(request);
  const allowed = METHODS.filter((method) => request.server.hasRoute({ url, method }));
  return allowed.some((method) => method === request.method) ? [] : allowed;
}
