/** Injects the `SharedAnswers` that the routes send. */
export const SHARED_ANSWERS = Symbol('shared answers');

/** Injects the service's version, a string, for the API document. */
export const SERVICE_VERSION = Symbol('service version');

/** Resolves when the HTTP server has its security headers and rate limit. */
export const PROTECTION = Symbol('protection');
