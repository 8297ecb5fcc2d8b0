import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Freshness } from '../connection.ts';
import { withPeriod } from '../period.ts';
import type { Period } from '../period.ts';
import { chooseTheme, chosenTheme } from '../theme.ts';
import type { Theme } from '../theme.ts';

const STATES: Record<Freshness, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  stale: 'Stale',
};

/** The name of the page, whether it is live, and where else to go. */
export function Top(props: { state: Freshness; period: Period }): JSX.Element {
  const { state, period } = props;
  return (
    <header class="top">
      <h1>Logins</h1>
      <p class="state" data-state={state} role="status">
        {STATES[state]}
      </p>
      <nav aria-label="More">
        <a href={withPeriod('insights', period)}>JSON</a>
        <a href="docs">API</a>
        <a href="metrics">Metrics</a>
        <ThemeToggle />
      </nav>
    </header>
  );
}

function ThemeToggle(): JSX.Element {
  const [theme, setTheme] = useState<Theme>(
    () => chosenTheme() ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
  );
  const next = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      class="theme"
      aria-label={`Use the ${next} theme`}
      title={`Use the ${next} theme`}
      onClick={() => {
        chooseTheme(next);
        setTheme(next);
      }}
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </button>
  );
}
