import type { Recount } from './recount.ts';
import type { Service } from './service.ts';
import { ascending } from './tally.ts';

type Members = Readonly<Record<string, number>>;

interface MinuteCount {
  readonly minute: string;
  readonly count: number;
}

/** What the tests read of the answer of `GET /insights`. */
export interface InsightsAnswer {
  readonly complete: boolean;
  readonly asOf: { readonly partitions: Readonly<Record<string, string>> };
  readonly total: number;
  readonly deviceTypes: Members;
  readonly appVersions: Members;
  readonly locales: Members;
  readonly traffic: { readonly peaks: readonly MinuteCount[] };
  readonly expired: number;
  readonly invalid: number;
  readonly future: number;
}

interface TrafficAnswer {
  readonly minutes: readonly MinuteCount[];
}

interface LedgerAnswer {
  readonly total: Readonly<Record<'consumed' | 'counted' | 'unaccounted', number>>;
}

/** @returns the answer as text; rejects when there is none */
export async function insightsText(replica: Service): Promise<string> {
  return textOf(replica, '/insights');
}

/** @returns all that a replica says, in the form of the recount */
export async function countedBy(replica: Service): Promise<Recount> {
  const insights = JSON.parse(await insightsText(replica)) as InsightsAnswer;
  const { minutes } = JSON.parse(await textOf(replica, '/insights/traffic')) as TrafficAnswer;
  const { total, deviceTypes, appVersions, locales, expired, invalid, future } = insights;
  return {
    total,
    deviceTypes: ascending(Object.entries(deviceTypes)),
    appVersions: ascending(Object.entries(appVersions)),
    locales: ascending(Object.entries(locales)),
    minutes: ascending(minutes.map(({ minute, count }) => [minute, count])),
    expired,
    invalid,
    future,
  };
}

/** @returns the sums of the ledger over all partitions */
export async function ledgerOf(replica: Service): Promise<LedgerAnswer['total']> {
  return (JSON.parse(await textOf(replica, '/ledger')) as LedgerAnswer).total;
}

/** @returns records that the insights say something about */
export function consumed({ total, expired, invalid }: InsightsAnswer): number {
  return total + expired + invalid;
}

/** @returns whether the insights reach these ends, by partition */
export function reaches({ asOf }: InsightsAnswer, ends: readonly number[]): boolean {
  return ends.every((end, partition) => Number(asOf.partitions[partition] ?? -1) >= end);
}

async function textOf(replica: Service, path: string): Promise<string> {
  const response = await replica.get(path);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answers ${response.status}: ${text}`);
  return text;
}
