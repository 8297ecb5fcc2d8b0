import type { JSX } from 'preact';
import { rank } from '../ranking.ts';
import { BarList } from './bar-list.tsx';
import { Card } from './card.tsx';

const ROWS = 6;

export function Devices(props: {
  counts: Readonly<Record<string, number>>;
  since: string | undefined;
  isOld: boolean;
}): JSX.Element {
  const { counts, since, isOld } = props;
  return (
    <Card id="devices" title="Device types" csv="device-types" since={since} isOld={isOld}>
      <BarList label="Logins by device type" of="Device type" ranking={rank(counts, ROWS)} />
    </Card>
  );
}
