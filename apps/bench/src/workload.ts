import { encodeBatch, stampBatch } from '@login-pipeline/plain-wire';
import type { BatchRecord } from '@login-pipeline/plain-wire';
import { aLogin, paddedLogin } from '@login-pipeline/schema/testing';

/** What must become of a record. */
export type Expected = 'emitted' | 'dropped' | 'dead_lettered';

/** Which topic the records are for: raw logins, or ones that the transformer has marked. */
export type WorkloadKind = 'logins' | 'processed';

/** About what the data generator writes. */
export const VALUE_BYTES = 190;
/** Records of one batch, and of one partition in a row. */
export const BATCH_RECORDS = 2_000;
/** Different records: each belongs to another user. */
const CYCLE = 20_000;
/** One raw login in so many is broken. */
const BAD_EVERY = 1_000;
/** A batch must stay under the topic's `max.message.bytes`. */
const BATCH_BYTES = 900_000;

const LOCALES =
  'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY'.split(
    ' ',
  );

/**
 * A sequence of login records that repeats, each told apart by its record timestamp: record `i` has that of the first
 * one plus `i` milliseconds. So the record that an output came from can be told from the output alone, whichever contender wrote it
 * and in whichever partition.
 */
export class Workload {
  readonly kind: WorkloadKind;
  /** Record timestamp of the first record, epoch ms. */
  readonly firstTimestamp: number;
  readonly #valueBytes: number;
  /** Records of a batch: fewer where values are large. */
  readonly batchRecords: number;
  /** Encoded when first asked for. */
  readonly #batches = new Map<number, Buffer>();
  /** Of one cycle, each made when it is first asked for. */
  readonly #records: Omit<BatchRecord, 'timestampDelta'>[] = [];

  /**
   * @param valueBytes the size of a value; values that a login does not fit into are as long as it is
   * @param firstTimestamp see there; the logins happened in that second
   */
  constructor(kind: WorkloadKind, valueBytes: number, firstTimestamp: number) {
    this.kind = kind;
    this.firstTimestamp = firstTimestamp;
    this.#valueBytes = valueBytes;
    this.batchRecords = divisorOf(BATCH_RECORDS, Math.floor(BATCH_BYTES / (valueBytes + 80)));
  }

  /** @returns the batch that begins with the record of that index, a multiple of {@link batchRecords} */
  batch(index: number): Buffer {
    const first = index % CYCLE;
    const batch = this.#batches.get(first) ?? this.#encode(first, this.batchRecords);
    this.#batches.set(first, batch);
    return stampBatch(batch, this.firstTimestamp + index);
  }

  /** @returns a batch of every `step`-th record */
  smallBatch(index: number, count: number, step: number): Buffer {
    return stampBatch(this.#encode(index, count, step), this.firstTimestamp + index);
  }

  /** @returns what the transformer must do with the record of that index */
  expected(index: number): Expected {
    return this.kind === 'logins' ? expected(index % CYCLE) : 'emitted';
  }

  /** @returns how many of the first `count` records must end so */
  count(outcome: Expected, count: number): number {
    let found = 0;
    for (let index = 0; index < count; index += 1) {
      if (this.expected(index) === outcome) found += 1;
    }
    return found;
  }

  #encode(first: number, count: number, step = 1): Buffer {
    return encodeBatch(
      Array.from({ length: count }, (_, position) => ({
        ...this.#record((first + position * step) % CYCLE),
        timestampDelta: position * step,
      })),
    );
  }

  #record(index: number): Omit<BatchRecord, 'timestampDelta'> {
    const seconds = Math.floor(this.firstTimestamp / 1_000);
    return (this.#records[index] ??= record(this.kind, index, seconds, this.#valueBytes));
  }
}

function expected(index: number): Expected {
  if (index % BAD_EVERY === BAD_EVERY - 1) return 'dead_lettered';
  // Half of them pass, scattered: not every second one, which would leave every second partition without output.
  return Math.imul(index, 0x9e3779b1) >>> 31 === 0 ? 'emitted' : 'dropped';
}

function record(
  kind: WorkloadKind,
  index: number,
  seconds: number,
  valueBytes: number,
): Omit<BatchRecord, 'timestampDelta'> {
  const user = `00000000-0000-4000-8000-${String(index * 7919).padStart(12, '0')}`;
  const key = Buffer.from(user);
  const outcome = expected(index);
  if (kind === 'logins' && outcome === 'dead_lettered') {
    return { key, value: Buffer.from('no login') };
  }
  const login = aLogin({
    user_id: user,
    app_version:
      kind === 'processed' ? `2.0.${index % 5}` : outcome === 'emitted' ? '2.0.0' : '2.3.0',
    device_type: index % 3 === 0 ? 'iOS' : 'android',
    ip: `199.172.${index % 256}.${index % 250}`,
    locale: LOCALES[index % LOCALES.length],
    timestamp: seconds,
    ...(kind === 'processed' ? { processed: true } : {}),
  });
  return { key, value: Buffer.from(JSON.stringify(paddedLogin(login, valueBytes))) };
}

/** @returns the greatest divisor of a number that is not above a limit */
function divisorOf(number: number, limit: number): number {
  let divisor = Math.min(number, Math.max(1, limit));
  while (number % divisor !== 0) divisor -= 1;
  return divisor;
}
