import type { Cluster } from './cluster.ts';
import type { DayRecount, Recount } from './recount.ts';
import { ascending } from './tally.ts';
import type { Tally } from './tally.ts';
import { TopicReader } from './topic-reader.ts';

interface CountRow {
  readonly partition: number;
  readonly insight: string;
  readonly value: string;
  /** Of event time, such as `2024-12-17`; empty: since the beginning. */
  readonly day: string;
  readonly logins: number;
  readonly next_offset: number;
}

/** What the newest row of every count says, summed over the partitions as a reader of the topic would. */
export interface CountedRows {
  readonly all: Omit<Recount, 'future'>;
  /** Days that are not kept any more among them. */
  readonly byDay: DayRecount;
}

/**
 * @returns the sums of a topic that INSIGHT_COUNTS_TOPIC names
 * @throws Error when a key says something else than its row
 */
export async function countedRows(cluster: Cluster, topic: string): Promise<CountedRows> {
  const newest = new Map<string, CountRow>();
  for (const { key, value } of (await TopicReader.readAll(cluster, topic)).records) {
    const row = JSON.parse(String(value)) as CountRow;
    const insight = row.day === '' ? row.insight : `${row.insight}@${row.day}`;
    if (`${row.partition}/${insight}/${row.value}` !== String(key))
      throw new Error(`${String(key)}: ${String(value)}`);
    const known = newest.get(String(key));
    if (known === undefined || known.next_offset <= row.next_offset) newest.set(String(key), row);
  }
  const sums = (insight: string, nameOf: (row: CountRow) => string | undefined): Tally => {
    const byName = new Map<string, number>();
    for (const row of newest.values()) {
      const name = row.insight === insight ? nameOf(row) : undefined;
      if (name !== undefined) byName.set(name, (byName.get(name) ?? 0) + row.logins);
    }
    return ascending([...byName]);
  };
  const whole = ({ value, day }: CountRow): string | undefined => (day === '' ? value : undefined);
  const ofDay = ({ value, day }: CountRow): string | undefined =>
    day === '' ? undefined : `${day}/${value}`;
  const outcomes = new Map(sums('outcome', whole));
  return {
    all: {
      total: outcomes.get('counted') ?? 0,
      deviceTypes: sums('device_type', whole),
      appVersions: sums('app_version', whole),
      locales: sums('locale', whole),
      minutes: sums('minute', whole),
      expired: outcomes.get('expired') ?? 0,
      invalid: outcomes.get('invalid') ?? 0,
    },
    byDay: {
      deviceTypes: sums('device_type', ofDay),
      appVersions: sums('app_version', ofDay),
      locales: sums('locale', ofDay),
    },
  };
}
