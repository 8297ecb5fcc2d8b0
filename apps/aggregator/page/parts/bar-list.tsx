import type { ComponentChildren, JSX } from 'preact';
import { percent, whole } from '../format.ts';
import type { Ranking } from '../ranking.ts';

/** A ranking as a table with bars, each relative to the longest. */
export function BarList(props: {
  label: string;
  /** What the values are: the head of the first column. */
  of: string;
  ranking: Ranking;
  /** How to show a value. */
  show?: (value: string) => ComponentChildren;
}): JSX.Element {
  const { label, of, ranking, show = (value: string) => value } = props;
  const { top, rest } = ranking;
  const longest = Math.max(...top.map(({ share }) => share), 0);
  return (
    <table class="bars" aria-label={label}>
      <thead class="unseen">
        <tr>
          <th scope="col">{of}</th>
          <th scope="col">Logins</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {top.map(({ value, count, share }) => (
          <tr key={value}>
            <th scope="row">
              {show(value)}
              <Bar share={share / longest} />
            </th>
            <td>{whole(count)}</td>
            <td class="share">{percent(share)}</td>
          </tr>
        ))}
        {rest !== undefined && (
          <tr class="rest">
            <th scope="row">{whole(rest.values)} more</th>
            <td>{whole(rest.count)}</td>
            <td class="share">{percent(rest.share)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** A bar that fills a share of its row. */
export function Bar({ share }: { share: number }): JSX.Element {
  return (
    <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="1" />
      <rect class="fill" width={share * 100} height="1" />
    </svg>
  );
}
