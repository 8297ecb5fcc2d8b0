import type { Cluster } from './cluster.ts';
import type { Recount, Tally } from './recount.ts';
import { ascending } from './recount.ts';
import { TopicReader } from './topic-reader.ts';

interface CountRow {
  readonly partition: number;
  readonly insight: string;
  readonly value: string;
  readonly logins: number;
  readonly next_offset: number;
}

/** What the newest row of every count says, summed over the partitions as a reader of the topic would. */
export type CountedRows = Omit<Recount, 'future'>;

/** @returns the sums of a topic that INSIGHT_COUNTS_TOPIC names */
export async function countedRows(cluster: Cluster, topic: string): Promise<CountedRows> {
  const newest = new Map<string, CountRow>();
  for (const { key, value } of (await TopicReader.readAll(cluster, topic)).records) {
    const row = JSON.parse(String(value)) as CountRow;
    const known = newest.get(String(key));
    if (known === undefined || known.next_offset <= row.next_offset) newest.set(String(key), row);
  }
  const sums = (insight: string): Tally => {
    const byValue = new Map<string, number>();
    for (const row of newest.values()) {
      if (row.insight !== insight) continue;
      byValue.set(row.value, (byValue.get(row.value) ?? 0) + row.logins);
    }
    return ascending([...byValue]);
  };
  const outcomes = new Map(sums('outcome'));
  return {
    total: outcomes.get('counted') ?? 0,
    deviceTypes: sums('device_type'),
    appVersions: sums('app_version'),
    locales: sums('locale'),
    minutes: sums('minute'),
    expired: outcomes.get('expired') ?? 0,
    invalid: outcomes.get('invalid') ?? 0,
  };
}
