import { useEffect, useState } from 'preact/hooks';
import { periodOf, searchOf } from './period.ts';
import type { Period } from './period.ts';

/** The period that the address names, which is its one place: it can be shared, reloaded and gone back from. */
export function usePeriod(): readonly [Period, (period: Period) => void] {
  const [period, setPeriod] = useState(() => periodOf(location.search));

  useEffect(() => {
    const read = (): void => {
      setPeriod(periodOf(location.search));
    };
    addEventListener('popstate', read);
    return () => {
      removeEventListener('popstate', read);
    };
  }, []);

  return [
    period,
    (chosen) => {
      if (chosen === period) return;
      history.pushState(null, '', location.pathname + searchOf(chosen, location.search));
      setPeriod(chosen);
    },
  ];
}
