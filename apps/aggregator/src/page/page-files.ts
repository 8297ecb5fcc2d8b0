import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Content codings by the ending of a compressed file, the best first. */
const CODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
export type Coding = (typeof CODINGS)[number][0];

/** A file of the page with its compressed forms, in memory. */
export interface PageFile {
  readonly mediaType: string;
  /** Weak, as all forms have the same (RFC 9110, section 8.8.1). */
  readonly etag: string;
  readonly body: Buffer;
  readonly compressed: ReadonlyMap<Coding, Buffer>;
}

/** What the build made of the page, by name. */
export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  private constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files;
  }

  /** @throws {Error} when the folder has no index.html */
  static in(folder: string): PageFiles {
    if (!existsSync(join(folder, 'index.html'))) {
      throw new Error(
        `${folder} has no index.html: install all that the build of the service made.`,
      );
    }
    const files = readdirSync(folder).flatMap((name) => {
      const mediaType = MEDIA_TYPES[extname(name)];
      if (mediaType === undefined) return [];
      return [[name, readPageFile(join(folder, name), mediaType)] as const];
    });
    return new PageFiles(new Map(files));
  }

  get(name: string): PageFile | undefined {
    return this.#files.get(name);
  }
}

function readPageFile(path: string, mediaType: string): PageFile {
  const body = readFileSync(path);
  const digest = createHash('sha256').update(body).digest('base64url');
  const compressed = CODINGS.filter(([, ending]) => existsSync(path + ending)).map(
    ([coding, ending]) => [coding, readFileSync(path + ending)] as const,
  );
  return { mediaType, etag: `W/"${digest}"`, body, compressed: new Map(compressed) };
}
