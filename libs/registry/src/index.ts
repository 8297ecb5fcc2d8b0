export { RegistryRefusedError, RegistryUnavailableError } from './errors.ts';
export { RegistryClient } from './registry-client.ts';
export type { RegistryConnection } from './registry-client.ts';
export { NO_REGISTRY, openSchemas } from './schemas.ts';
export type { Schemas, SchemasOptions } from './schemas.ts';
