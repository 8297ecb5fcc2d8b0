import { concern, integer, milliseconds, oneOf, setting } from '@login-pipeline/config';
import type { Concern } from '@login-pipeline/config';
import type { Codec } from '@login-pipeline/streams';

/** How records are gathered and packed on their way to a topic. */
export interface ProducerSettings {
  readonly lingerMs: number;
  readonly batchMaxRecords: number;
  readonly compression: Codec;
}

/** @param lingerMs default of LINGER_MS */
export function producer(lingerMs: number): Concern<ProducerSettings> {
  return concern({
    lingerMs: milliseconds(
      'LINGER_MS',
      lingerMs,
      'How long to wait for more records before a send; for the transformer, before a transaction',
      0,
    ),
    batchMaxRecords: setting('BATCH_MAX_RECORDS', {
      description: 'Most records in one produce request',
      format: integer(1, 1_000_000),
      default: '10000',
    }),
    compression: setting('COMPRESSION', {
      description: 'Codec of the record batches written',
      format: oneOf(['none', 'gzip', 'snappy', 'lz4', 'zstd']),
      default: 'none',
    }),
  });
}
