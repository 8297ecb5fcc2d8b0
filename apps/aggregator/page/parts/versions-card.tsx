import type { JSX } from 'preact';
import { adoption, VERSIONS_QUESTION } from '../adoption.ts';
import type { Versions } from '../adoption.ts';
import { dayAndClock, percent, whole } from '../format.ts';
import { rank } from '../ranking.ts';
import { sinceOf } from '../since.ts';
import { Bar } from './bar-list.tsx';
import { Card } from './card.tsx';
import type { CardProps, PageCard } from './page-card.ts';
import { Sparkline } from './sparkline.tsx';

const ROWS = 8;
/** Of all time. */
const HOURS = 24;

/** App versions by use, and how each was taken up. */
export const VERSIONS: PageCard<Versions> = { question: VERSIONS_QUESTION, Card: VersionsCard };

function VersionsCard({ insights, isOld, asked }: CardProps<Versions>): JSX.Element {
  const { answer: versions } = asked;
  const { top, rest } = rank(insights.appVersions, ROWS);
  const hours = versions?.hours ?? [];
  const atMost = versions?.period === undefined ? HOURS : Infinity;
  const seen = new Map(versions?.versions.map((each) => [each.version, each.firstSeen]));
  const longest = top[0]?.share ?? 1;
  const hasTrend = hours.length > 1;
  return (
    <Card
      id="versions"
      title="App versions"
      aside={hasTrend ? `share by hour${atMost === HOURS ? ', last 24 h' : ''}` : undefined}
      csv={{ route: 'insights/app-versions' }}
      since={sinceOf(insights, 'app-versions')}
      isOld={isOld}
    >
      <table class="bars" aria-label="Logins by app version">
        <thead class="unseen">
          <tr>
            <th scope="col">Version</th>
            {hasTrend && <th scope="col">Share of the logins of each hour</th>}
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
              {hasTrend && (
                <td class="trend">
                  <Adoption hours={hours} version={value} atMost={atMost} />
                </td>
              )}
              <td>{whole(count)}</td>
              <td class="share">{percent(share)}</td>
            </tr>
          ))}
          {rest !== undefined && (
            <tr class="rest">
              <th scope="row" colSpan={hasTrend ? 2 : 1}>
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

function Adoption(props: {
  hours: Versions['hours'];
  version: string;
  atMost: number;
}): JSX.Element {
  const shares = adoption(props.hours, props.version, props.atMost);
  const known = shares.flatMap(({ share }) => share ?? []);
  const label = `From ${percent(known.at(0) ?? 0)} to ${percent(known.at(-1) ?? 0)} in ${shares.length} hours`;
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
