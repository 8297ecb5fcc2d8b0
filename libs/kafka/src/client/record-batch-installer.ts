import { createRequire } from 'node:module';
import type { Message, PartitionMetadata } from 'kafkajs';
import { murmur2 } from '@login-pipeline/streams';
import { groupByPartition } from '@login-pipeline/streams-kafkajs';
import { produceRequest, requestFramer } from './produce-request.ts';
import type { EncoderClass, ProduceRequest } from './produce-request.ts';

/** The release whose modules these are. Another one may cut them differently. */
const KAFKAJS_VERSION = '2.2.4';

/** kafkajs' modules for record batches that are written. Each is required by those that use it. */
const SEAM = {
  groupMessages: 'kafkajs/src/producer/groupMessagesPerPartition.js',
  murmur2: 'kafkajs/src/producer/partitioners/default/murmur2.js',
  frame: 'kafkajs/src/protocol/request.js',
  produceRequest: 'kafkajs/src/protocol/requests/produce/v3/request.js',
} as const;

interface GroupParameters {
  readonly topic: string;
  readonly partitionMetadata: readonly PartitionMetadata[];
  readonly messages: readonly Message[];
  readonly partitioner: (record: {
    readonly topic: string;
    readonly partitionMetadata: readonly PartitionMetadata[];
    readonly message: Message;
  }) => number;
}

/**
 * Puts our code for writing record batches into the place of kafkajs' own, in the module cache. kafkajs must not have
 * been loaded: who has required one of the modules keeps it.
 *
 * @throws Error when it is another release of kafkajs, or loaded already
 */
export function installRecordBatches(): void {
  const require = createRequire(import.meta.url);
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== KAFKAJS_VERSION) {
    throw new Error(
      `The record-batch code is made for kafkajs ${KAFKAJS_VERSION}, but ${version} is installed: ` +
        `install ${KAFKAJS_VERSION}`,
    );
  }
  for (const path of Object.values(SEAM)) {
    if (require.cache[require.resolve(path)] !== undefined) {
      throw new Error(
        'kafkajs was loaded before its record-batch code could be replaced: import it by libs/kafka only',
      );
    }
  }
  replace(require, SEAM.murmur2, () => murmur2);
  replace(require, SEAM.groupMessages, () => groupMessages);
  const Encoder = require('kafkajs/src/protocol/encoder') as EncoderClass;
  replace(require, SEAM.produceRequest, (original) =>
    produceRequest(original as ProduceRequest, Encoder),
  );
  replace(require, SEAM.frame, () => requestFramer(Encoder));
}

/**
 * Loads a module and replaces what it exports. An entry of one's own in the cache would do in Node, but
 * Jest allows none.
 */
function replace(
  require: NodeJS.Require,
  path: string,
  replacement: (original: unknown) => unknown,
): void {
  const original: unknown = require(path);
  const module = require.cache[require.resolve(path)];
  if (module === undefined) throw new Error(`${path} did not get into the module cache`);
  module.exports = replacement(original);
}

function groupMessages({
  topic,
  partitionMetadata,
  messages,
  partitioner,
}: GroupParameters): Record<number, Message[]> {
  if (partitionMetadata.length === 0) return {};
  return groupByPartition(messages, (message) =>
    partitioner({ topic, partitionMetadata, message }),
  );
}
