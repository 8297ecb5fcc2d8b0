import { PartitionState } from '../src/state/partition-state.ts';

/** A small generator with a seed (mulberry32), so that every run measures the same states. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface StateShape {
  readonly logins: number;
  /** Over which the logins are spread. */
  readonly minutes: number;
  readonly versions: number;
  readonly users: number;
  /** Of the first login; the same in every run when it is left out. */
  readonly startMs?: number;
}

export interface FoldArguments {
  readonly user_id: string;
  readonly app_version: string;
  readonly device_type: string;
  readonly locale: string;
  readonly timeMs: number;
}

/** @returns logins of one partition, in the order of time */
export function randomLogins(shape: StateShape, seed = 1): FoldArguments[] {
  const random = seededRandom(seed);
  const users = Array.from({ length: shape.users }, () => uuid(random));
  const startMs = shape.startMs ?? Date.UTC(2024, 11, 17);
  const stepMs = (shape.minutes * 60_000) / shape.logins;
  return Array.from({ length: shape.logins }, (_, index) => ({
    user_id: users[Math.floor(random() * users.length)] ?? '',
    app_version: `2.${Math.floor(random() * shape.versions)}.0`,
    device_type: random() < 0.5 ? 'android' : 'iOS',
    locale: STATES[Math.floor(random() * STATES.length)] ?? 'TX',
    timeMs: startMs + Math.floor(index * stepMs),
  }));
}

/** @returns processed logins as records, in the order of time */
export function loginRecords(shape: StateShape): {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: [];
  readonly timestamp: string;
}[] {
  return randomLogins(shape).map(({ timeMs, ...login }) => ({
    key: Buffer.from(login.user_id),
    value: Buffer.from(
      JSON.stringify({ ...login, ip: '10.1.2.3', timestamp: timeMs, processed: true }),
    ),
    headers: [],
    timestamp: String(timeMs),
  }));
}

/** The limits of the default settings. */
export const LIMITS = {
  trafficRetentionMinutes: 1_440,
  insightRetentionDays: 31,
  maxDistinctValues: 1_000,
};

/** @returns the state after those logins */
export function foldAll(logins: readonly FoldArguments[]): PartitionState {
  const state = new PartitionState(LIMITS);
  for (const login of logins) state.fold(login, login.timeMs, login.timeMs);
  state.nextOffset = BigInt(logins.length);
  return state;
}

const STATES =
  `AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC
  SD TN TX UT VT VA WA WV WI WY DC PR GU VI AS MP UM FM MH PW`.split(/\s+/);

function uuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
