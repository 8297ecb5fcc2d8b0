import type { ComponentChildren, JSX } from 'preact';
import { CsvButton } from './csv-button.tsx';
import type { CsvRoute } from './csv-button.tsx';

/** A titled part of the page. */
export function Card(props: {
  id: string;
  title: string;
  /** Beside the title: what the numbers are of, or a control. */
  aside?: ComponentChildren;
  /** What gives the same numbers as CSV. */
  csv?: CsvRoute;
  /** Says from when on this is counted. */
  since?: string | undefined;
  /** Whether it still shows the period before. */
  isOld?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const { id, title, aside, csv, since, isOld = false, children } = props;
  return (
    <section class={`card ${id}`} aria-labelledby={`${id}-title`} aria-busy={isOld}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {aside !== undefined && <div class="aside">{aside}</div>}
        {csv !== undefined && <CsvButton from={csv} of={title} />}
      </header>
      {children}
      {since !== undefined && <p class="hint since">{since}</p>}
    </section>
  );
}
