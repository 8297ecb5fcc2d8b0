import manifest from '../package.json' with { type: 'json' };

/** Injection tokens of the transformer. */
export const LOGIN_PIPELINE = Symbol('LOGIN_PIPELINE');
export const FUSE = Symbol('FUSE');
export const SCHEMAS = Symbol('SCHEMAS');

/** The name by which transport and handler agree on the input. */
export const LOGINS = 'logins';

export const NAME = 'transformer';
export const VERSION = manifest.version;
