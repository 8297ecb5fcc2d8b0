import manifest from '../package.json' with { type: 'json' };

/** Injection tokens of the aggregator. */
export const FLOW = Symbol('FLOW');
export const STATES = Symbol('STATES');
export const INSIGHTS_METRICS = Symbol('INSIGHTS_METRICS');
export const INSIGHTS_LOG = Symbol('INSIGHTS_LOG');

/** The name by which transport and handler agree on the input. */
export const PROCESSED_LOGINS = 'processed-logins';

export const NAME = 'aggregator';
export const VERSION = manifest.version;
