import { createRequire } from 'node:module';
import type * as Kafkajs from 'kafkajs';
import { installRecordBatches } from './record-batch-installer.ts';

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

let loaded: typeof Kafkajs | undefined;

/** @returns kafkajs, loaded at the first call, with our code for record batches in it */
export function kafkajs(): typeof Kafkajs {
  if (loaded === undefined) {
    installRecordBatches();
    loaded = require('kafkajs') as typeof Kafkajs;
  }
  return loaded;
}
