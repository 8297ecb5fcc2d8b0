export { RegistryRefusedError, RegistryUnavailableError } from './errors.ts';
export { REGISTRY_METRICS } from './metrics.ts';
export { foreignFrameOf, hasWideId } from './foreign-frame.ts';
export type { ForeignFrame } from './foreign-frame.ts';
export { framer, schemaIdOf, unframed } from './frame.ts';
export { RegistryClient } from './registry-client.ts';
export type { RegistryConnection } from './registry-client.ts';
export { NO_REGISTRY, openSchemas } from './schemas.ts';
export type { Schemas, SchemasOptions } from './schemas.ts';
