import type { JSX } from 'preact';
import type { Flow } from '../api.ts';
import { percent, shareOf, whole } from '../format.ts';
import { Card } from './card.tsx';

const PARTS = [
  ['emitted', 'Passed on'],
  ['dropped', 'Filtered'],
  ['deadLettered', 'Dead letters'],
] as const;

/** What the transformer did with every raw login, whatever period is chosen. */
export function TransformerFlow({ flow }: { flow: Flow | undefined }): JSX.Element {
  return (
    <Card
      id="flow"
      title="Transformer"
      aside={flow?.available === true ? `all time, ${whole(flow.consumed)} consumed` : undefined}
    >
      {flow?.available === true ? (
        <Parts flow={flow} />
      ) : (
        <p class="hint">{flow?.reason ?? 'Not known yet.'}</p>
      )}
    </Card>
  );
}

function Parts({ flow }: { flow: Extract<Flow, { available: true }> }): JSX.Element {
  let from = 0;
  const segments = PARTS.map(([part]) => {
    const width = shareOf(flow[part], flow.consumed) * 100;
    from += width;
    return { part, x: from - width, width };
  });
  return (
    <>
      <svg class="stack" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="1" />
        {segments.map(({ part, x, width }) => (
          <rect key={part} data-part={part} x={x} width={width} height="1" />
        ))}
      </svg>
      <table class="plain" aria-label="What became of the raw logins">
        <tbody>
          {PARTS.map(([part, name]) => (
            <tr key={part}>
              <th scope="row">
                <svg class="key" viewBox="0 0 1 1" aria-hidden="true">
                  <rect width="1" height="1" data-part={part} />
                </svg>
                {name}
              </th>
              <td data-flow={part}>{whole(flow[part])}</td>
              <td class="share">{percent(shareOf(flow[part], flow.consumed))}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">Waiting</th>
            <td data-flow="lag">{whole(flow.lag)}</td>
            <td class="share" />
          </tr>
        </tbody>
      </table>
    </>
  );
}
