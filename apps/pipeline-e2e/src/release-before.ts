import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aLogin } from '@login-pipeline/schema/testing';
import type { NewRecord } from './cluster.ts';
import type { Tally } from './tally.ts';

const FILE = join(import.meta.dirname, 'testing', 'format-1.json');

/** A processed login in short: partition, user, version, device, locale, event time and record timestamp, epoch ms. */
export type ShortLogin = readonly [number, number, string, string, string, number, number];

/** What the last release with snapshots of format 1 has made of some logins, and its answers then. */
export interface ReleaseBefore {
  readonly logins: readonly ShortLogin[];
  readonly snapshots: readonly {
    readonly partition: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly timestamp: string;
    readonly value: string;
  }[];
  /** The body of `/insights`, but `complete`. */
  readonly insights: {
    readonly asOf: { readonly time: string };
    readonly total: number;
    readonly deviceTypes: Readonly<Record<string, number>>;
    readonly appVersions: Readonly<Record<string, number>>;
    readonly locales: Readonly<Record<string, number>>;
    readonly distinctUsers: { readonly estimate: number };
    readonly expired: number;
    readonly invalid: number;
    readonly future: number;
  };
  /** Of `/insights/traffic`. */
  readonly minutes: Tally;
  /** Of `/insights/versions`: version, first and last seen. */
  readonly versions: readonly (readonly [string, string, string])[];
  /** Of `/insights/versions`. */
  readonly hours: readonly object[];
}

export function releaseBefore(): ReleaseBefore {
  return JSON.parse(readFileSync(FILE, 'utf8')) as ReleaseBefore;
}

/** @returns the login as it is written */
export function recordOf([
  partition,
  user,
  version,
  device,
  locale,
  timeMs,
  recordMs,
]: ShortLogin): NewRecord {
  const login = aLogin({
    user_id: `424cdd21-063a-43a7-b91b-${String(user).padStart(12, '0')}`,
    ...{ app_version: version, device_type: device, locale },
    ...{ timestamp: timeMs, processed: true },
  });
  return {
    ...{ partition, key: null, value: Buffer.from(JSON.stringify(login)), headers: {} },
    timestamp: String(recordMs),
  };
}

/**
 * @param topic the input topic, which has the fixture's logins
 * @returns the snapshots as they are written of that topic; without the id of the one that they were made of
 */
export function snapshotsOf({ snapshots }: ReleaseBefore, topic: string): readonly NewRecord[] {
  return snapshots.map(({ partition, headers, timestamp, value }) => ({
    ...{ partition: 0, key: Buffer.from(`${topic}-${partition}`), timestamp },
    value: Buffer.from(value, 'base64'),
    headers: { 'next-offset': String(headers['next-offset']) },
  }));
}
