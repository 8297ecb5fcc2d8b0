import { useEffect } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Insights } from '../api.ts';
import { freshness } from '../connection.ts';
import { compact } from '../format.ts';
import { ALL_TIME, periodName } from '../period.ts';
import type { Held } from '../shown.ts';
import { useLive } from '../use-live.ts';
import type { LiveNow } from '../use-live.ts';
import { usePeriod } from '../use-period.ts';
import { Chosen } from './chosen.ts';
import { DEVICES } from './devices.tsx';
import { Headline } from './headline.tsx';
import { LOCALES } from './locales.tsx';
import { LoginsPerUser } from './logins-per-user.tsx';
import { NoLogins, NoLoginsThen } from './no-logins.tsx';
import { Notices } from './notices.tsx';
import type { PageCard } from './page-card.ts';
import { PeriodBar } from './period-bar.tsx';
import { PeriodLine } from './period-line.tsx';
import { Records } from './records.tsx';
import { Top } from './top.tsx';
import { TRAFFIC } from './traffic-card.tsx';
import { TransformerFlow } from './transformer-flow.tsx';
import { USERS } from './users-card.tsx';
import { VERSIONS } from './versions-card.tsx';
import { WEEK } from './week-card.tsx';

const WIDE: readonly PageCard[] = [TRAFFIC, WEEK, LOCALES];
const NARROW: readonly PageCard[] = [USERS, DEVICES, VERSIONS];
const QUESTIONS = [...WIDE, ...NARROW].flatMap(({ question }) => question ?? []);

/** The whole page. */
export function Page({ workerUrl }: { workerUrl: string }): JSX.Element {
  const [period, choose] = usePeriod();
  const live = useLive(workerUrl, period, QUESTIONS);
  const { now, held, nowMs } = live;
  const { connection, overall } = now;
  const { insights, problem } = held;
  const state = freshness(connection, nowMs);

  useEffect(() => {
    // A tab in the background gets the total of all time alone.
    const ofAll = overall === undefined ? 'Logins' : `${compact(overall.total)} logins`;
    const logins = period === ALL_TIME ? ofAll : `Logins · ${periodName(period)}`;
    document.title = state === 'stale' ? `Stale: ${logins}` : logins;
  }, [state, overall, period]);

  return (
    <Chosen.Provider value={period}>
      <Top state={state} period={period} />
      <main data-state={state}>
        <PeriodBar period={period} choose={choose} nowMs={nowMs}>
          {insights !== undefined && (
            <PeriodLine insights={insights.answer} period={insights.period} nowMs={nowMs} />
          )}
        </PeriodBar>
        <Notices
          state={state}
          ageMs={nowMs - (connection.lastSignMs ?? nowMs)}
          complete={(insights?.answer ?? overall)?.complete ?? true}
          problem={problem?.period === period ? problem.answer : undefined}
        />
        {insights !== undefined && <Numbers live={live} insights={insights} />}
        {insights === undefined && problem === undefined && (
          <p class="hint">
            {state === 'connecting' ? 'Connecting…' : 'Waiting for the first numbers…'}
          </p>
        )}
      </main>
    </Chosen.Provider>
  );
}

function Numbers({ live, insights }: { live: LiveNow; insights: Held<Insights> }): JSX.Element {
  if (insights.answer.total > 0) return <Cards live={live} insights={insights} />;
  return insights.period === ALL_TIME ? <NoLogins flow={live.now.flow} /> : <NoLoginsThen />;
}

function Cards({ live, insights }: { live: LiveNow; insights: Held<Insights> }): JSX.Element {
  const { now, held, nowMs } = live;
  const { answer } = insights;
  const isOld = (each: Held<unknown> | undefined): boolean =>
    each !== undefined && each.period !== live.period;
  const drawn = (cards: readonly PageCard[]): readonly JSX.Element[] =>
    cards.map((card, index) => {
      const own = card.question && held[card.question.route];
      return (
        <card.Card
          key={index}
          insights={answer}
          isOld={isOld(insights)}
          asked={{ answer: own?.answer, isOld: isOld(own) }}
          nowMs={nowMs}
        />
      );
    });
  const ofAllTime = (
    <>
      <TransformerFlow flow={now.flow} />
      {now.overall !== undefined && <Records insights={now.overall} />}
    </>
  );
  // Of days that are over long since it is not kept how often each user came.
  const hasPerUser = answer.loginsPerUserPerDay.length > 0;
  return (
    <div class="cards">
      <Headline
        live={live}
        insights={answer}
        state={freshness(now.connection, nowMs)}
        isOld={isOld(insights)}
      />
      <div class="column wide">{drawn(WIDE)}</div>
      <div class="column">
        {drawn(NARROW)}
        {hasPerUser ? <LoginsPerUser insights={answer} isOld={isOld(insights)} /> : ofAllTime}
      </div>
      {hasPerUser && ofAllTime}
    </div>
  );
}
