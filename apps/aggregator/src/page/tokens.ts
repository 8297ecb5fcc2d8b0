/** Injects the `PageFiles` that are served. */
export const PAGE_FILES = Symbol('page files');
