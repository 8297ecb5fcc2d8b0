import type { Login } from '@login-pipeline/schema';
import { APP_VERSIONS, DEVICE_TYPES, LOCALES, TIMESTAMP_STYLES } from './population.ts';
import type { DeviceType, TimestampStyle } from './population.ts';
import { weighted } from './random.ts';
import type { Random } from './random.ts';

/** Members of a login that stay with a user; `timestamp` comes with each login. */
export interface UserMembers extends Omit<Login, 'timestamp'> {
  readonly device_id?: string;
}

/** A user who logs in again and again, rendered once so that a login costs one short string. */
export interface User {
  readonly key: Buffer;
  readonly members: UserMembers;
  /** `device_type` as the insights show it. */
  readonly canonicalDeviceType: string;
  readonly timestampStyle: TimestampStyle;
  /** The login's JSON text up to its last value, the timestamp. ASCII only. */
  readonly beforeTimestamp: string;
}

/** Users at any time. Enough for every locale to be seen, few enough for a fast start (12 MB, 0.1 s). */
const POPULATION = 20_000;
/** Share of logins by a new user, which takes the place of one that is never seen again. */
const NEWCOMERS = 0.02;

const drawAppVersion = weighted(APP_VERSIONS);
const drawDeviceType = weighted(DEVICE_TYPES);
const drawLocale = weighted(LOCALES);
const drawTimestampStyle = weighted(TIMESTAMP_STYLES);

/** A bounded population: most logins come from users who return, some far more often than others. */
export class Users {
  readonly #random: Random;
  readonly #users: User[];

  constructor(random: Random) {
    this.#random = random;
    this.#users = Array.from({ length: POPULATION }, () => drawUser(random));
  }

  /** @returns who logs in next */
  next(): User {
    const random = this.#random;
    if (random.unit() < NEWCOMERS) {
      const newcomer = drawUser(random);
      this.#users[random.below(POPULATION)] = newcomer;
      return newcomer;
    }
    // The square makes returns fall with rank like rank^-0.5: a long tail, yet no user who rules a partition.
    const user = this.#users[Math.floor(random.unit() ** 2 * POPULATION)];
    if (user === undefined) throw new RangeError('A draw left the population.');
    return user;
  }
}

function drawUser(random: Random): User {
  const deviceType = drawDeviceType(random);
  const members: UserMembers = {
    user_id: drawUuid(random),
    app_version: drawAppVersion(random),
    device_type: deviceType.spelling,
    ip: drawAddress(random),
    locale: drawLocale(random),
    ...drawDeviceId(random, deviceType),
  };
  return {
    key: Buffer.from(members.user_id, 'latin1'),
    members,
    canonicalDeviceType: deviceType.canonical,
    timestampStyle: drawTimestampStyle(random),
    beforeTimestamp: renderMembers(members, random.unit() < 0.25 ? ' ' : ''),
  };
}

/** Version 4 of RFC 9562; a few clients write capitals. */
function drawUuid(random: Random): string {
  const variant = random.below(4) + 8;
  const uuid = `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-${variant.toString(16)}${random.hex(3)}-${random.hex(12)}`;
  return random.unit() < 0.03 ? uuid.toUpperCase() : uuid;
}

/** Addresses without an owner: 198.18.0.0/15 (RFC 2544, benchmarks) and 2001:db8::/32 (RFC 3849, documentation). */
function drawAddress(random: Random): string {
  if (random.unit() < 0.12) return `2001:db8:${random.hex(4)}:${random.hex(4)}::${random.hex(4)}`;
  return `198.${18 + random.below(2)}.${random.below(256)}.${random.below(256)}`;
}

/** Some clients send a member that the contract does not name, each platform in its own form. */
function drawDeviceId(random: Random, { canonical }: DeviceType): Pick<UserMembers, 'device_id'> {
  if (random.unit() >= 0.3) return {};
  return { device_id: canonical === 'android' ? random.hex(12) : drawUuid(random).toUpperCase() };
}

/** @param gap what the client's JSON writer puts after each colon and comma */
function renderMembers(members: UserMembers, gap: string): string {
  const rendered = Object.entries(members)
    .map(([name, value]) => `"${name}":${gap}${JSON.stringify(value)},${gap}`)
    .join('');
  return `{${rendered}"timestamp":${gap}`;
}
