import type { JSX } from 'preact';
import type { Insights } from '../api.ts';
import { percent, shareOf, whole } from '../format.ts';
import { dayName } from '../period.ts';
import { Bar } from './bar-list.tsx';
import { Card } from './card.tsx';

/** How often users log in on a day. */
export function LoginsPerUser(props: { insights: Insights; isOld: boolean }): JSX.Element {
  const { insights, isOld } = props;
  const days = insights.loginsPerUserPerDay;
  const today = days.at(-1);
  const before = days.at(-2);
  const users = Object.entries(today?.users ?? {});
  const all = users.reduce((sum, [, count]) => sum + count, 0);
  const allBefore = Object.values(before?.users ?? {}).reduce((sum, count) => sum + count, 0);
  const longest = Math.max(...users.map(([, count]) => count), 1);
  return (
    <Card
      id="logins-per-user"
      title="Logins per user"
      aside={today === undefined ? undefined : `${dayName(today.day)}, UTC`}
      isOld={isOld}
    >
      <table class="bars" aria-label="Estimated users by their logins of the newest day">
        <thead>
          <tr>
            <th scope="col">Logins that day</th>
            <th scope="col">Users</th>
            <th scope="col">Share</th>
            {before !== undefined && <th scope="col">Day before</th>}
          </tr>
        </thead>
        <tbody>
          {users.map(([logins, count]) => (
            <tr key={logins}>
              <th scope="row">
                {logins.replace('-', '–')}
                <Bar share={count / longest} />
              </th>
              <td>{whole(count)}</td>
              <td class="share">{percent(shareOf(count, all))}</td>
              {before !== undefined && (
                <td class="share">
                  {percent(shareOf(before.users[logins as keyof typeof before.users], allBefore))}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {today !== undefined && (
        <p class="hint">Estimated from a sample of {whole(today.sampledUsers)} users.</p>
      )}
    </Card>
  );
}
