import { useEffect } from 'preact/hooks';
import type { JSX } from 'preact';
import { freshness } from '../connection.ts';
import { compact } from '../format.ts';
import { useLive } from '../use-live.ts';
import { Devices } from './devices.tsx';
import { Headline } from './headline.tsx';
import { Locales } from './locales.tsx';
import { Notices } from './notices.tsx';
import { NoLogins } from './no-logins.tsx';
import { Records } from './records.tsx';
import { Top } from './top.tsx';
import { TrafficCard } from './traffic-card.tsx';
import { TransformerFlow } from './transformer-flow.tsx';
import { Users } from './users.tsx';
import { VersionsCard } from './versions-card.tsx';

/** The whole page. */
export function Page({ workerUrl }: { workerUrl: string }): JSX.Element {
  const live = useLive(workerUrl);
  const { connection, nowMs, insights, flow, traffic, versions } = live;
  const state = freshness(connection, nowMs);

  useEffect(() => {
    const logins = insights === undefined ? 'Logins' : `${compact(insights.total)} logins`;
    document.title = state === 'stale' ? `Stale: ${logins}` : logins;
  }, [state, insights]);

  return (
    <>
      <Top state={state} />
      <main data-state={state}>
        <Notices
          state={state}
          ageMs={nowMs - (connection.lastSignMs ?? nowMs)}
          complete={insights?.complete ?? true}
        />
        {insights === undefined ? (
          <p class="hint">
            {state === 'connecting' ? 'Connecting…' : 'Waiting for the first numbers…'}
          </p>
        ) : insights.total === 0 ? (
          <NoLogins flow={flow} />
        ) : (
          <div class="cards">
            <Headline live={live} insights={insights} state={state} />
            <div class="column wide">
              <TrafficCard traffic={traffic} />
              <Locales counts={insights.locales} total={insights.total} />
            </div>
            <div class="column">
              <Devices counts={insights.deviceTypes} />
              <VersionsCard counts={insights.appVersions} versions={versions} />
              <Users insights={insights} />
              <TransformerFlow flow={flow} />
            </div>
            <Records insights={insights} />
          </div>
        )}
      </main>
    </>
  );
}
