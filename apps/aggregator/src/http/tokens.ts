/** Injects the `InsightsView` that the routes read. */
export const INSIGHTS_VIEW = Symbol('insights view');

/** Injects the service's version, a string, for the API document. */
export const SERVICE_VERSION = Symbol('service version');

/** Resolves when the HTTP server has its security headers and rate limit. */
export const PROTECTION = Symbol('protection');
