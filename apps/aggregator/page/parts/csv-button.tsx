import type { JSX } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { pathOf } from '../asking.ts';
import type { PeriodQuestion } from '../asking.ts';
import { csvName } from '../csv.ts';
import { saveCsv } from '../save-csv.ts';
import { Chosen } from './chosen.ts';

/** A route that has CSV. */
export type CsvRoute = Pick<PeriodQuestion, 'route' | 'path'>;

type Progress = 'none' | 'asking' | 'failed';

/** Saves what a route answers about the chosen period as a file. */
export function CsvButton(props: {
  from: CsvRoute;
  /** The title of the card. */
  of: string;
}): JSX.Element {
  const { from, of } = props;
  const period = useContext(Chosen);
  const [progress, setProgress] = useState<Progress>('none');
  const save = async (): Promise<void> => {
    if (progress === 'asking') return;
    setProgress('asking');
    const url = new URL(pathOf(from, period), document.baseURI);
    const isSaved = await saveCsv(url, csvName(from.route, period));
    setProgress(isSaved ? 'none' : 'failed');
  };
  const label = `Save ${of} as CSV`;
  return (
    <>
      <button
        type="button"
        class="csv"
        aria-label={label}
        title={label}
        onClick={() => {
          void save();
        }}
      >
        <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
          <path d="M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10" />
        </svg>
        CSV
      </button>
      {progress === 'failed' && (
        <span class="failed" role="alert">
          No answer. Try again.
        </span>
      )}
    </>
  );
}
