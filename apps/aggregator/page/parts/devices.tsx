import type { JSX } from 'preact';
import { rank } from '../ranking.ts';
import { BarList } from './bar-list.tsx';
import { Card } from './card.tsx';

const ROWS = 6;

export function Devices({ counts }: { counts: Readonly<Record<string, number>> }): JSX.Element {
  return (
    <Card id="devices" title="Device types">
      <BarList label="Logins by device type" of="Device type" ranking={rank(counts, ROWS)} />
    </Card>
  );
}
