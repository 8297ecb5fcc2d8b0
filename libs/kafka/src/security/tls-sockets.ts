import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { connect, createSecureContext } from 'node:tls';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { Logger } from '@login-pipeline/observability';
import type { ISocketFactory } from 'kafkajs';
import { errorText } from '../client/errors.ts';
import { KEEP_ALIVE_MS } from '../client/plain-sockets.ts';
import { foreignServer, explainErrors } from '../client/socket-errors.ts';
import { wholeResponses } from '../client/whole-responses.ts';

/** PEM files; without `caFile` Node's own list of authorities counts. */
export interface KafkaTlsFiles {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/**
 * Makes kafkajs' sockets: TLS, nothing else, with what the files hold when a connection is made. So
 * certificates may be renewed while we run: whoever does so replaces the files, and new connections follow.
 */
export function tlsSockets(files: KafkaTlsFiles, logger: Logger): ISocketFactory {
  const contexts = new CurrentContext(files, logger);
  return ({ host, port, onConnect }) => {
    const onread = wholeResponses(
      (response) => socket.emit('data', response),
      (start) => socket.destroy(foreignServer(start)),
    );
    const options = { host, port, onread, secureContext: contexts.get() };
    // A server's name must not be an IP address (RFC 6066, 3).
    const socket: TLSSocket = connect(
      isIP(host) === 0 ? { ...options, servername: host } : options,
      onConnect,
    );
    explainErrors(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    return socket;
  };
}

/** @returns what is asked for a TLS context at every connection: made anew when the content of the files has changed */
export function secureContexts(files: KafkaTlsFiles, logger: Logger): () => SecureContext {
  const contexts = new CurrentContext(files, logger);
  return () => contexts.get();
}

/** The files as a TLS context, made anew when their content changes. */
class CurrentContext {
  readonly #files: KafkaTlsFiles;
  readonly #logger: Logger;
  #current: { readonly content: string; readonly context: SecureContext } | undefined;

  constructor(files: KafkaTlsFiles, logger: Logger) {
    this.#files = files;
    this.#logger = logger;
  }

  /**
   * A certificate and its key are two files: between the replacement of one and the other they do not fit. Then, or
   * when one cannot be read, the last ones that did stay in use.
   *
   * @throws what reading or OpenSSL throws, when nothing was ever in use
   */
  get(): SecureContext {
    try {
      const ca = textOf(this.#files.caFile);
      const cert = textOf(this.#files.certFile);
      const key = textOf(this.#files.keyFile);
      const content = [ca, cert, key].join('\n');
      if (this.#current?.content !== content) {
        const context = createSecureContext({ ca, cert, key });
        if (this.#current !== undefined) this.#logger.info('TLS files changed: new ones are used');
        this.#current = { content, context };
      }
    } catch (error) {
      if (this.#current === undefined) throw error;
      this.#logger.warn(
        { cause: errorText(error) },
        'TLS files cannot be used: the last ones stay in use',
      );
    }
    return this.#current.context;
  }
}

function textOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}
