import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scanBatches } from '@login-pipeline/plain-wire';
import { Workload } from '../workload.ts';
import type { WorkloadKind } from '../workload.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const RECORDS = 20_000;
const VALUE_BYTES = 190;
/** A moment of the records that never changes, so that every run does the same work. */
const FIRST_TIMESTAMP = Date.UTC(2026, 10, 23, 12);

/** A record as the transport hands it to a handler. */
interface HandledRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer;
  readonly value: Buffer;
}

interface HandledBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly HandledRecord[];
  readonly nextOffset: bigint;
}

/** What is measured: one call handles all records of the workload, without any I/O. */
export interface Loop {
  readonly name: string;
  readonly run: () => void;
}

/** The pure modules of the services, which are no libraries: loaded by their path, known by these signatures alone. */
interface TransformerModules {
  readonly loginPipeline: (passes: unknown, schemas: unknown) => unknown;
  readonly NO_REGISTRY: unknown;
  readonly FILTERS: unknown;
  readonly loginFilter: (settings: unknown) => unknown;
  readonly loadSettings: (concern: unknown, environment: object) => unknown;
  readonly planBatch: (batch: HandledBatch, pipeline: unknown, options: object) => unknown;
}

interface AggregatorModules {
  readonly foldBatch: (state: unknown, batch: HandledBatch, nowMs: number) => void;
  readonly PartitionState: new (limits: object) => unknown;
}

/** @returns decode, validate, filter, mark and plan, as the transformer does */
export async function transformerLoop(): Promise<Loop> {
  const modules = await load<TransformerModules>(
    'apps/transformer/src/login-pipeline.ts',
    'apps/transformer/src/login-filter.ts',
    'libs/streams/src/index.ts',
    'libs/config/src/index.ts',
    'libs/registry/src/index.ts',
  );
  const { loginPipeline, loginFilter, FILTERS, loadSettings, planBatch, NO_REGISTRY } = modules;
  const pipeline = loginPipeline(loginFilter(loadSettings(FILTERS, {})), NO_REGISTRY);
  const batch = handledBatch('logins');
  const now = new Date(FIRST_TIMESTAMP);
  const options = { service: 'guard@0', tooLarge: 'record_too_large', refused: {}, now: () => now };
  return {
    name: 'transformer: decode, validate, filter, mark, plan',
    run: () => {
      planBatch(batch, pipeline, options);
    },
  };
}

/** @returns decode, validate and fold, as the aggregator does */
export async function aggregatorLoop(): Promise<Loop> {
  const { foldBatch, PartitionState } = await load<AggregatorModules>(
    'apps/aggregator/src/state/fold-batch.ts',
    'apps/aggregator/src/state/partition-state.ts',
  );
  const batch = handledBatch('processed');
  const limits = {
    trafficRetentionMinutes: 1_440,
    insightRetentionDays: 31,
    maxDistinctValues: 1_000,
  };
  return {
    name: 'aggregator: decode, validate, fold',
    run: () => {
      foldBatch(new PartitionState(limits), batch, Date.now());
    },
  };
}

/** @returns the least that any service would do with such records: parse each as JSON */
export function referenceLoop(kind: WorkloadKind): Loop {
  const values = handledBatch(kind).records.map(({ value }) => value);
  const objects = values.filter((value) => value[0] === '{'.charCodeAt(0));
  return {
    name: 'reference: JSON.parse',
    run: () => {
      for (const value of objects) JSON.parse(value.toString());
    },
  };
}

async function load<Modules>(...files: readonly string[]): Promise<Modules> {
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(join(ROOT, file)).href) as Promise<object>),
  );
  return Object.assign({}, ...modules) as Modules;
}

function handledBatch(kind: WorkloadKind): HandledBatch {
  const workload = new Workload(kind, VALUE_BYTES, FIRST_TIMESTAMP);
  const records: HandledRecord[] = [];
  for (let index = 0; index < RECORDS; index += workload.batchRecords) {
    scanBatches(workload.batch(index), 0, [], ({ timestamp, key, value }) => {
      records.push({ offset: String(records.length), timestamp: String(timestamp), key, value });
    });
  }
  return { topic: kind, partition: 0, records, nextOffset: BigInt(RECORDS) };
}
