import type { JSX } from 'preact';
import { percent, shareOf, whole } from '../format.ts';
import { outsideStates, placeName } from '../places.ts';
import { rank } from '../ranking.ts';
import type { Ranking } from '../ranking.ts';
import { sinceOf } from '../since.ts';
import { BarList } from './bar-list.tsx';
import { Card } from './card.tsx';
import type { CardProps, PageCard } from './page-card.ts';
import { UsMap } from './us-map.tsx';

/** As many as the map is high. */
const ROWS = 8;

/** Where logins come from: a map of the US, and a ranking of all places. */
export const LOCALES: PageCard = { Card: Locales };

function Locales({ insights, isOld }: CardProps): JSX.Element {
  const { locales: counts, total } = insights;
  const outside = outsideStates(counts);
  return (
    <Card
      id="locales"
      title="Locales"
      aside={`${percent(shareOf(outside, total))} outside the map`}
      csv={{ route: 'insights/locales' }}
      since={sinceOf(insights, 'locales')}
      isOld={isOld}
    >
      <div class="sides">
        <UsMap counts={counts} />
        <BarList label="Logins by locale" of="Locale" ranking={rank(counts, ROWS)} show={place} />
      </div>
      <details>
        <summary>All {whole(Object.keys(counts).length)} locales</summary>
        <AllLocales ranking={rank(counts, Infinity)} />
      </details>
    </Card>
  );
}

function place(locale: string): JSX.Element {
  const name = placeName(locale);
  return name === undefined ? (
    <>{locale}</>
  ) : (
    <>
      {locale} <span class="name">{name}</span>
    </>
  );
}

function AllLocales({ ranking }: { ranking: Ranking }): JSX.Element {
  return (
    <ol class="columns">
      {ranking.top.map(({ value, count }) => (
        <li key={value}>
          <span>{place(value)}</span> <span class="number">{whole(count)}</span>
        </li>
      ))}
    </ol>
  );
}
