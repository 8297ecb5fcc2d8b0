import { createRequire } from 'node:module';
import type * as Kafkajs from 'kafkajs';
import { installRecordBatches } from './record-batch-installer.ts';

/** Whose code encodes and decodes record batches: ours, or kafkajs' own. */
export type RecordBatches = 'own' | 'kafkajs';

type Loggers = Record<'LEVELS', typeof Kafkajs.logLevel>;
type Compressions = Record<'Types', typeof Kafkajs.CompressionTypes> &
  Record<'Codecs', typeof Kafkajs.CompressionCodecs>;

const require = createRequire(import.meta.url);

/** Constants, each from a module of its own: kafkajs as a whole must not be loaded before {@link kafkajs} is called. */
export const { LEVELS: logLevel } = require('kafkajs/src/loggers') as Loggers;
export const { Types: CompressionTypes, Codecs: CompressionCodecs } =
  require('kafkajs/src/protocol/message/compression') as Compressions;
export const ConfigResourceTypes =
  require('kafkajs/src/protocol/configResourceTypes') as typeof Kafkajs.ConfigResourceTypes;

export const AclResourceTypes =
  require('kafkajs/src/protocol/aclResourceTypes') as typeof Kafkajs.AclResourceTypes;
export const AclOperationTypes =
  require('kafkajs/src/protocol/aclOperationTypes') as typeof Kafkajs.AclOperationTypes;
export const AclPermissionTypes =
  require('kafkajs/src/protocol/aclPermissionTypes') as typeof Kafkajs.AclPermissionTypes;
export const ResourcePatternTypes =
  require('kafkajs/src/protocol/resourcePatternTypes') as typeof Kafkajs.ResourcePatternTypes;

/** Code for one SASL mechanism, by the credentials. */
type SaslMechanism = (options: object) => Kafkajs.Mechanism['authenticationProvider'];

const SASL_MODULES = {
  plain: 'plain',
  'scram-sha-256': 'scram256',
  'scram-sha-512': 'scram512',
  oauthbearer: 'oauthBearer',
} as const;

/** @returns kafkajs' own code for a mechanism, which it exports nowhere */
export function saslMechanism(mechanism: keyof typeof SASL_MODULES): SaslMechanism {
  const path = `kafkajs/src/broker/saslAuthenticator/${SASL_MODULES[mechanism]}`;
  return require(path) as SaslMechanism;
}

let loaded: { readonly recordBatches: RecordBatches; readonly kafkajs: typeof Kafkajs } | undefined;

/**
 * Loads kafkajs. The first call decides about the record batches of the whole process.
 *
 * @param recordBatches absent: as decided, or `own`
 * @throws Error when it was decided otherwise
 */
export function kafkajs(recordBatches = loaded?.recordBatches ?? 'own'): typeof Kafkajs {
  if (loaded === undefined) {
    if (recordBatches === 'own') installRecordBatches();
    loaded = { recordBatches, kafkajs: require('kafkajs') as typeof Kafkajs };
  }
  if (loaded.recordBatches !== recordBatches) {
    throw new Error(`kafkajs runs with KAFKA_RECORD_BATCHES=${loaded.recordBatches} already`);
  }
  return loaded.kafkajs;
}

/** @returns whether record batches are encoded and decoded by our code; of {@link kafkajs} as it is loaded */
export function hasOwnRecordBatches(): boolean {
  return loaded?.recordBatches === 'own';
}
