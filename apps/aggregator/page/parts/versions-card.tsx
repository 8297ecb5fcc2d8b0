import type { JSX } from 'preact';
import { adoption } from '../adoption.ts';
import type { Versions } from '../api.ts';
import { dayAndClock, percent, whole } from '../format.ts';
import { rank } from '../ranking.ts';
import { Bar } from './bar-list.tsx';
import { Card } from './card.tsx';
import { Sparkline } from './sparkline.tsx';

const ROWS = 8;
const HOURS = 24;

/** App versions by use, and how each was taken up. */
export function VersionsCard(props: {
  counts: Readonly<Record<string, number>>;
  versions: Versions | undefined;
}): JSX.Element {
  const { top, rest } = rank(props.counts, ROWS);
  const hours = props.versions?.hours ?? [];
  const seen = new Map(props.versions?.versions.map((each) => [each.version, each.firstSeen]));
  const longest = top[0]?.share ?? 1;
  return (
    <Card id="versions" title="App versions" aside="share by hour, last 24 h">
      <table class="bars" aria-label="Logins by app version">
        <thead class="unseen">
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Share of the logins of each hour</th>
            <th scope="col">Logins</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {top.map(({ value, count, share }) => (
            <tr key={value}>
              <th scope="row" title={firstSeen(seen.get(value))}>
                {value}
                <Bar share={share / longest} />
              </th>
              <td class="trend">
                <Adoption hours={hours} version={value} />
              </td>
              <td>{whole(count)}</td>
              <td class="share">{percent(share)}</td>
            </tr>
          ))}
          {rest !== undefined && (
            <tr class="rest">
              <th scope="row" colSpan={2}>
                {whole(rest.values)} more
              </th>
              <td>{whole(rest.count)}</td>
              <td class="share">{percent(rest.share)}</td>
            </tr>
          )}
        </tbody>
      </table>
    </Card>
  );
}

function Adoption(props: { hours: Versions['hours']; version: string }): JSX.Element {
  const shares = adoption(props.hours, props.version, HOURS);
  const known = shares.flatMap(({ share }) => share ?? []);
  const [first, last] = [known.at(0), known.at(-1)];
  if (first === undefined || last === undefined || known.length < 2) {
    return <span class="hint">less than 2 h</span>;
  }
  const label = `From ${percent(first)} to ${percent(last)} in ${shares.length} hours`;
  return (
    <Sparkline
      values={shares.map(({ share }) => share)}
      slots={shares.length}
      max={Math.max(...known)}
      label={label}
    />
  );
}

function firstSeen(time: string | undefined): string | undefined {
  return time === undefined ? undefined : `First login ${dayAndClock(Date.parse(time))} UTC`;
}
