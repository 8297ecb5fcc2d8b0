import { describe, expect, it } from '@jest/globals';
import { userId } from '../../state/testing/logins.ts';
import { UserHash } from '../../state/user-hash.ts';
import { DailyUsers, estimateLoginsPerUser, SAMPLE_SIZE, UserSample } from './user-sample.ts';

const hash = new UserHash();
function hashOf(user: number): UserHash {
  hash.set(userId(user));
  return hash;
}

describe('UserSample', () => {
  it('is exact while all users fit', () => {
    const sample = new UserSample();
    for (const user of [1, 2, 2, 3, 3, 3, 3]) sample.add(hashOf(user));
    for (let login = 0; login < 30; login += 1) sample.add(hashOf(4));
    expect(estimateLoginsPerUser(20_000, sample)).toEqual({
      day: 20_000,
      users: [
        { logins: '1', users: 1 },
        { logins: '2', users: 1 },
        { logins: '3-5', users: 1 },
        { logins: '6-10', users: 0 },
        { logins: '11+', users: 1 },
      ],
      sampledUsers: 4,
    });
  });

  it('stays bounded and estimates the shares within their error', () => {
    const sample = new UserSample();
    for (let user = 0; user < 100_000; user += 1) {
      const logins = user % 4 === 0 ? 3 : 1;
      for (let login = 0; login < logins; login += 1) sample.add(hashOf(user));
    }
    expect(sample.users.size).toBeLessThanOrEqual(SAMPLE_SIZE);
    const { users, sampledUsers } = estimateLoginsPerUser(0, sample);
    const total = users.reduce((sum, bucket) => sum + bucket.users, 0);
    const share = (users.find(({ logins }) => logins === '3-5')?.users ?? 0) / total;
    const standardError = Math.sqrt((0.25 * 0.75) / sampledUsers);
    expect(Math.abs(share - 0.25)).toBeLessThan(3 * standardError);
    expect(Math.abs(total / 100_000 - 1)).toBeLessThan(3.6 / Math.sqrt(SAMPLE_SIZE));
  });

  it('does not depend on the order of logins', () => {
    const [forwards, backwards] = [new UserSample(), new UserSample()];
    for (let user = 0; user < 5000; user += 1) forwards.add(hashOf(user));
    for (let user = 4999; user >= 0; user -= 1) backwards.add(hashOf(user));
    expect(backwards.level).toBe(forwards.level);
    expect(new Set(backwards.users.keys())).toEqual(new Set(forwards.users.keys()));
  });

  it('adds up a user of several partitions at the coarsest level', () => {
    const [small, large] = [new UserSample(), new UserSample()];
    for (let user = 0; user < 100; user += 1) small.add(hashOf(user));
    for (let user = 0; user < 5000; user += 1) large.add(hashOf(user));
    const both = new UserSample(Infinity);
    for (const each of [small, large]) both.merge(each);
    const { users, sampledUsers } = estimateLoginsPerUser(0, both);
    expect(sampledUsers).toBe(large.users.size);
    expect(users.find(({ logins }) => logins === '2')?.users).toBeGreaterThan(0);
  });
});

describe('DailyUsers', () => {
  it('keeps the newest day and the one before', () => {
    const days = new DailyUsers();
    for (const day of [10, 12, 11, 10, 13]) days.add(day, hashOf(1));
    expect([...days.samples.keys()].sort()).toEqual([12, 13]);
  });
});
