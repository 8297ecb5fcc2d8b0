import type { ComponentChildren, JSX } from 'preact';

/** A titled part of the page. */
export function Card(props: {
  id: string;
  title: string;
  /** Beside the title: what the numbers are of, or a control. */
  aside?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  const { id, title, aside, children } = props;
  return (
    <section class={`card ${id}`} aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {aside !== undefined && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
