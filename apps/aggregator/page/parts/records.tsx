import type { JSX } from 'preact';
import type { Insights } from '../api.ts';
import { dayAndClock, whole } from '../format.ts';
import { Card } from './card.tsx';

/** What the numbers rest on, and what they leave out: of all time, whatever period is chosen. */
export function Records({ insights }: { insights: Insights }): JSX.Element {
  const { asOf, complete, total, expired, invalid, future } = insights;
  const partitions = Object.entries(asOf.partitions);
  const rows = [
    ['Counted', total, 'processed logins'],
    ['Expired', expired, 'older than the days that are kept'],
    ['Invalid', invalid - future, 'no processed login'],
    ['From the future', future, 'over an hour ahead of what wrote them'],
  ] as const;
  return (
    <Card
      id="records"
      title="What is counted"
      aside={`all time, ${complete ? 'complete' : 'incomplete: partitions are missing'}`}
    >
      <dl class="strip">
        {rows.map(([name, count, why]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {whole(count)} <span class="name">{why}</span>
            </dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>
          {asOf.time === null
            ? 'No record yet'
            : `As of ${dayAndClock(Date.parse(asOf.time))} UTC, ${partitions.length} partitions`}
        </summary>
        <ol class="columns">
          {partitions.map(([partition, nextOffset]) => (
            <li key={partition}>
              <span>Partition {partition}</span> <span class="number">{nextOffset}</span>
            </li>
          ))}
        </ol>
      </details>
    </Card>
  );
}
