import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { Logger } from '@login-pipeline/observability';
import { errorText } from '../client/errors.ts';

/** PEM files; without `caFile` Node's own list of authorities counts. */
export interface KafkaTlsFiles {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/**
 * @returns what is asked for a TLS context at every connection: made anew when the content of the files has changed. So
 *   certificates may be renewed while the process runs
 */
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
