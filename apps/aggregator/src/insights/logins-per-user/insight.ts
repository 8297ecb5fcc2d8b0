import * as z from 'zod';
import { count, date } from '../../http/fields.ts';
import type { Asked, Insight } from '../insight.ts';
import { DailyUsers, estimateLoginsPerUser, LOGIN_BUCKETS, UserSample } from './user-sample.ts';
import { isoDay } from '../../utc.ts';

/** Its member of `/insights`. */
const SUMMARY = {
  loginsPerUserPerDay: z
    .array(
      z.object({
        day: date,
        users: z.record(z.enum(LOGIN_BUCKETS), count),
        sampledUsers: count,
      }),
    )
    .describe(
      'Estimated users by how often they logged in on the newest UTC day and the day before, as far as the period has them. ' +
        'A share p has the standard error sqrt(p (1 - p) / sampledUsers).',
    ),
};

/** Of all partitions, by days since the epoch: as many users as their samples hold together. */
type SamplesByDay = Map<number, UserSample>;

/** How often users log in on a day, from a sample of the two newest. */
export const loginsPerUser: Insight<DailyUsers, undefined, SamplesByDay, typeof SUMMARY> = {
  name: 'logins-per-user',
  version: 1,
  always: {
    holds: 'samples of two days',
    empty: () => new DailyUsers(),
    write({ newestDay, samples }, writer) {
      writer.uint(newestDay + 1);
      writer.uint(samples.size);
      for (const [day, { level, users }] of samples) {
        writer.uint(day);
        writer.uint(level);
        writer.uint(users.size);
        for (const [key, { rank, logins }] of users) {
          writer.uint(key);
          writer.uint(rank);
          writer.uint(logins);
        }
      }
    },
    read(reader) {
      const dailyUsers = new DailyUsers();
      dailyUsers.newestDay = reader.uint() - 1;
      reader.repeat(() => {
        const sample = dailyUsers.sampleOf(reader.uint());
        if (sample === undefined) throw new RangeError('a sample is older than its window');
        sample.level = reader.uint();
        reader.repeat(() => {
          sample.put(reader.uint(), reader.uint(), reader.uint());
        });
      });
      return dailyUsers;
    },
  },
  fold(dailyUsers, _cell, { day, user }) {
    dailyUsers.add(day, user);
  },
  merging: {
    empty: () => new Map(),
    addAlways(into, { samples }) {
      for (const [day, sample] of samples) {
        const known = into.get(day) ?? new UserSample(Infinity);
        into.set(day, known);
        known.merge(sample);
      }
    },
    addCell: () => undefined,
    add: () => undefined,
  },
  summary: {
    shape: SUMMARY,
    of: (asked) => ({ loginsPerUserPerDay: newestDays(asked) }),
  },
  routes: [],
};

/** @returns the newest day with logins and the one before, ascending, without those that the span has not */
function newestDays({ always, from, to }: Asked<SamplesByDay>): readonly object[] {
  const newest = Math.max(-1, ...always.keys());
  return [newest - 1, newest].flatMap((day) => {
    const sample = always.get(day);
    if (sample === undefined || day < from || day >= to) return [];
    const { users, sampledUsers } = estimateLoginsPerUser(day, sample);
    return [
      {
        day: isoDay(day),
        users: Object.fromEntries(users.map((bucket) => [bucket.logins, bucket.users])),
        sampledUsers,
      },
    ];
  });
}
