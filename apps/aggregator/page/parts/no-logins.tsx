import type { JSX } from 'preact';
import type { Flow } from '../api.ts';
import { whole } from '../format.ts';

/** What to do while there is nothing to show. */
export function NoLogins({ flow }: { flow: Flow | undefined }): JSX.Element {
  return (
    <section class="card empty" aria-labelledby="empty">
      <h2 id="empty">No logins yet</h2>
      <p>The service is up and waits for processed logins. They appear here within a second.</p>
      {flow?.available === true && flow.consumed > 0 && (
        <p>
          The transformer has consumed {whole(flow.consumed)} records: {whole(flow.dropped)} were
          filtered, {whole(flow.deadLettered)} are dead letters. If all are filtered, look at the
          settings of the transformer’s filters.
        </p>
      )}
      <ul>
        <li>
          Is the transformer running? It turns raw logins into processed ones:{' '}
          <code>npx nx serve transformer</code>
        </li>
        <li>
          Are there logins? A generator makes logins: <code>npx nx serve data-generator</code>
        </li>
        <li>
          Does <code>INPUT_TOPIC</code> name the topic that the transformer writes to?
        </li>
      </ul>
    </section>
  );
}

/** There are logins, but none in the chosen period. */
export function NoLoginsThen(): JSX.Element {
  return <p class="hint none">No logins in this period.</p>;
}
