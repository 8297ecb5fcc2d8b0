import { brotliDecompressSync, crc32 } from 'node:zlib';
import type { FoundSnapshot } from '@login-pipeline/streams';
import { CATALOGUE } from '../insights/catalogue.ts';
import { appVersions } from '../insights/app-versions/insight.ts';
import { deviceTypes } from '../insights/device-types/insight.ts';
import type { SlotCounts } from '../insights/counting/slot-counts.ts';
import type { Insight } from '../insights/insight.ts';
import { locales } from '../insights/locales/insight.ts';
import { loginsPerUser } from '../insights/logins-per-user/insight.ts';
import { traffic } from '../insights/traffic/insight.ts';
import type { HourMinutes } from '../insights/traffic/minute-counts.ts';
import { users } from '../insights/users/insight.ts';
import { UserSketch } from '../insights/users/user-sketch.ts';
import { ByteReader } from './byte-codec.ts';
import { HOURS_PER_DAY, MINUTES_PER_HOUR } from '../utc.ts';
import { MAX_BODY_BYTES } from './bounds.ts';
import { emptyHour } from './day-cells.ts';
import { orUnreadable, UnreadableError } from './envelope.ts';
import { forgetFuture } from './forget-future.ts';
import type { TimedPart } from './forget-future.ts';
import type { PartitionState } from './partition-state.ts';

const FORMAT_VERSION = 1;
const HEADER_BYTES = 5;
const DECOMPRESSION = { maxOutputLength: MAX_BODY_BYTES };
const COUNTERS = ['consumed', 'counted', 'expired', 'invalid', 'future'] as const;

/** Insights that format 1 has; it will never have others. */
const HELD: readonly Insight[] = [deviceTypes, locales, appVersions, traffic, users, loginsPerUser];

/** What format 1 keeps of an hour. */
interface OldHour {
  readonly minutes: Map<number, number>;
  /** Counts of app versions by slot. */
  readonly versions: Map<number, number>;
}

/** What format 1 keeps by time, before it is put into a state. */
export interface OldTimes {
  /** The first minute that its traffic remembers. */
  oldestMinute: number;
  newestMinute: number;
  /** By hours since the epoch. */
  readonly hours: Map<number, OldHour>;
}

/**
 * Reads a snapshot of format 1, which is one record: totals, traffic, users and the adoption of
 * versions go on. What it does not have begins with the hour after its newest one.
 *
 * @param latestMs the latest event time that can be, epoch ms
 * @returns the parts that held times which cannot have been: these are forgotten
 * @throws UnreadableError
 */
export function readFormat1(
  state: PartitionState,
  value: Buffer,
  snapshot: FoundSnapshot,
  latestMs: number,
): readonly TimedPart[] {
  if (value.length < HEADER_BYTES) {
    throw new UnreadableError(`it has ${value.length} bytes, and ${HEADER_BYTES} at least are due`);
  }
  const version = value.readUInt8();
  if (version !== FORMAT_VERSION) {
    throw new UnreadableError(`its format is ${version}, this release reads 1 and 2`);
  }
  const body = value.subarray(HEADER_BYTES);
  if (value.readUInt32BE(1) !== crc32(body)) throw new UnreadableError('its checksum is wrong');
  const times = orUnreadable(() => {
    const reader = new ByteReader(brotliDecompressSync(body, DECOMPRESSION));
    return readState(state, reader);
  });
  state.nextOffset = snapshot.nextOffset;
  const forgotten = forgetFuture(state, times, latestMs);
  restoreHours(state, times);
  const sinceMs = state.newestRecordMs >= 0 ? state.newestRecordMs : snapshot.writtenMs;
  setSince(state, times, sinceMs);
  return forgotten;
}

function readState(state: PartitionState, reader: ByteReader): OldTimes {
  const { bounds } = state;
  reader.uint();
  for (const name of COUNTERS) state[name] = reader.uint();
  state.newestRecordMs = reader.uint() - 1;
  put(state, deviceTypes, deviceTypes.always.read(reader, bounds));
  put(state, locales, locales.always.read(reader, bounds));
  put(state, appVersions, appVersions.always.read(reader, bounds));
  const times = readTraffic(reader);
  readAdoption(reader, times);
  put(state, users, UserSketch.readDense(reader));
  put(state, loginsPerUser, loginsPerUser.always.read(reader, bounds));
  if (!reader.atEnd) throw new RangeError('the body has more bytes than the state');
  return times;
}

function readTraffic(reader: ByteReader): OldTimes {
  const oldestMinute = reader.uint();
  const newestMinute = reader.uint() - 1;
  const times: OldTimes = { oldestMinute, newestMinute, hours: new Map() };
  let minute = oldestMinute;
  reader.repeat(() => {
    minute += reader.uint();
    const hour = hourOf(times, Math.floor(minute / MINUTES_PER_HOUR));
    hour.minutes.set(minute % MINUTES_PER_HOUR, reader.uint());
  });
  return times;
}

function readAdoption(reader: ByteReader, times: OldTimes): void {
  reader.repeat(() => {
    const { versions } = hourOf(times, reader.uint());
    reader.repeat(() => {
      versions.set(reader.uint(), reader.uint());
    });
  });
}

function hourOf({ hours }: OldTimes, hour: number): OldHour {
  const known = hours.get(hour);
  if (known !== undefined) return known;
  const opened: OldHour = { minutes: new Map(), versions: new Map() };
  hours.set(hour, opened);
  return opened;
}

function restoreHours({ cells, bounds }: PartitionState, { hours, newestMinute }: OldTimes): void {
  cells.newestMinute = newestMinute;
  const [minutesAt, versionsAt] = [CATALOGUE.indexOf(traffic), CATALOGUE.indexOf(appVersions)];
  for (const [hour, { minutes, versions }] of hours) {
    const day = Math.floor(hour / HOURS_PER_DAY);
    const hourOfDay = hour - day * HOURS_PER_DAY;
    cells.change(
      day,
      (old) => {
        const cell = emptyHour(old.parts, bounds);
        const counts = cell.parts[minutesAt] as HourMinutes;
        for (const [minute, logins] of minutes) {
          counts[minute] = logins;
          cell.counted += logins;
        }
        const slots = cell.parts[versionsAt] as SlotCounts;
        for (const [slot, logins] of versions) slots.add(slot, logins);
        old.hours[hourOfDay] = cell;
      },
      [hourOfDay],
    );
  }
  cells.forgetOld();
}

/**
 * Minutes and versions by hour reach back as far as they were remembered; what is new has the hours
 * that are still to come.
 */
function setSince(state: PartitionState, times: OldTimes, sinceMs: number): void {
  if (state.counted === 0) return;
  const firstWholeHour = Math.ceil(times.oldestMinute / MINUTES_PER_HOUR);
  const newest = Math.max(times.newestMinute, times.oldestMinute - 1);
  const nextHour = Math.floor(newest / MINUTES_PER_HOUR) + 1;
  for (const [index, insight] of CATALOGUE.entries()) {
    const kept = state.insights[index];
    if (kept === undefined) continue;
    const hasHours = insight === traffic || insight === appVersions;
    kept.sinceHour = hasHours ? firstWholeHour : nextHour;
    if (!HELD.includes(insight)) kept.sinceMs = sinceMs;
  }
}

function put<Always, Cell, Merged>(
  state: PartitionState,
  insight: Insight<Always, Cell, Merged>,
  always: Always,
): void {
  const kept = state.insights[CATALOGUE.indexOf(insight)];
  if (kept !== undefined) kept.state = always;
}
