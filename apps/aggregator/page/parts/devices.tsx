import type { JSX } from 'preact';
import { rank } from '../ranking.ts';
import { sinceOf } from '../since.ts';
import { BarList } from './bar-list.tsx';
import { Card } from './card.tsx';
import type { CardProps, PageCard } from './page-card.ts';

const ROWS = 6;

export const DEVICES: PageCard = { Card: Devices };

function Devices({ insights, isOld }: CardProps): JSX.Element {
  return (
    <Card
      id="devices"
      title="Device types"
      csv={{ route: 'insights/device-types' }}
      since={sinceOf(insights, 'device-types')}
      isOld={isOld}
    >
      <BarList
        label="Logins by device type"
        of="Device type"
        ranking={rank(insights.deviceTypes, ROWS)}
      />
    </Card>
  );
}
