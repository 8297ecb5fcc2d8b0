import { brotliCompressSync, brotliDecompressSync, constants, crc32 } from 'node:zlib';
import type { BoundedValues, Tally } from './bounded-values.ts';
import { ByteReader, ByteWriter } from './byte-codec.ts';
import type { DistinctUsers } from './distinct-users.ts';
import { REGISTERS } from './distinct-users.ts';
import type { Limits } from './insights.ts';
import { PartitionState } from './partition-state.ts';
import { MAX_BODY_BYTES } from './snapshot-budget.ts';
import type { TrafficWindow } from './traffic-window.ts';
import type { DailyUsers } from './user-sample.ts';
import { isSeen } from './version-adoption.ts';
import type { VersionAdoption, VersionTally } from './version-adoption.ts';

/** First byte of every snapshot; another layout gets another number. The layout: docs/snapshot-format.md. */
const FORMAT_VERSION = 1;
const HEADER_BYTES = 5;
/** Smaller and faster than deflate here: docs/decisions/0004-snapshot-format.md. */
const COMPRESSION = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const DECOMPRESSION = { maxOutputLength: MAX_BODY_BYTES };

/** First seen, of a version with logins but none whose time is believed: the last time there is (ECMA-262). */
const UNSEEN_MS = 8.64e15;

const START_ANEW = 'set SNAPSHOT_TOPIC to a new topic to count from the start';

/**
 * The bytes are no snapshot that this version can read: EX_UNAVAILABLE, as only an operator can decide what to do. The
 * message says what is wrong and what the choices are.
 */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  readonly exitCode = 69;
}

/** @returns state and next offset in one record value; equal states give equal bytes */
export function encodeSnapshot(state: PartitionState): Buffer {
  const writer = new ByteWriter();
  writer.uint(Number(state.nextOffset));
  for (const name of COUNTERS) writer.uint(state[name]);
  writer.uint(state.newestRecordMs + 1);
  writeValues(writer, state.deviceTypes, () => undefined);
  writeValues(writer, state.locales, () => undefined);
  writeValues(writer, state.appVersions, writeSighting);
  writeTraffic(writer, state.traffic);
  writeAdoption(writer, state.adoption);
  writeDistinctUsers(writer, state.distinctUsers);
  writeDailyUsers(writer, state.dailyUsers);
  const body = brotliCompressSync(writer.written(), COMPRESSION);
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt8(FORMAT_VERSION);
  header.writeUInt32BE(crc32(body), 1);
  return Buffer.concat([header, body]);
}

/**
 * Brings the state back. Under a shorter retention older minutes are forgotten; a lower bound of distinct values
 * holds for new values only.
 *
 * @throws {SnapshotError} for another version and for corrupt bytes
 */
export function decodeSnapshot(bytes: Buffer, limits: Limits): PartitionState {
  const version = bytes[0];
  if (version === undefined || bytes.length < HEADER_BYTES) {
    throw new SnapshotError(
      `a snapshot has at least ${HEADER_BYTES} bytes, this has ${bytes.length}: ${START_ANEW}`,
    );
  }
  if (version !== FORMAT_VERSION) {
    throw new SnapshotError(
      `snapshot format ${version} is unknown, this release reads ${FORMAT_VERSION}: ` +
        `run the release that wrote it, or ${START_ANEW}`,
    );
  }
  const body = bytes.subarray(HEADER_BYTES);
  if (bytes.readUInt32BE(1) !== crc32(body)) {
    throw new SnapshotError(`a snapshot is corrupt, its checksum is wrong: ${START_ANEW}`);
  }
  try {
    return readState(new ByteReader(brotliDecompressSync(body, DECOMPRESSION)), limits);
  } catch (error) {
    throw new SnapshotError(`a snapshot is corrupt, its body cannot be read: ${START_ANEW}`, {
      cause: error,
    });
  }
}

const COUNTERS = ['consumed', 'counted', 'expired', 'invalid', 'future'] as const;

function readState(reader: ByteReader, limits: Limits): PartitionState {
  const state = new PartitionState(limits);
  state.nextOffset = BigInt(reader.uint());
  for (const name of COUNTERS) state[name] = reader.uint();
  state.newestRecordMs = reader.uint() - 1;
  readValues(reader, state.deviceTypes, () => undefined);
  readValues(reader, state.locales, () => undefined);
  readValues(reader, state.appVersions, readSighting);
  readTraffic(reader, state.traffic);
  readAdoption(reader, state.adoption);
  readDistinctUsers(reader, state.distinctUsers);
  readDailyUsers(reader, state.dailyUsers);
  if (!reader.atEnd) throw new RangeError('the body has more bytes than the state');
  return state;
}

function writeValues<T extends Tally>(
  writer: ByteWriter,
  values: BoundedValues<T>,
  writeRest: (writer: ByteWriter, tally: T) => void,
): void {
  const writeTally = (tally: T): void => {
    writer.uint(tally.count);
    writeRest(writer, tally);
  };
  writeTally(values.other);
  writer.uint(values.size);
  for (const [value, tally] of values.entries()) {
    writer.text(value);
    writeTally(tally);
  }
}

function readValues<T extends Tally>(
  reader: ByteReader,
  values: BoundedValues<T>,
  readRest: (reader: ByteReader, tally: T) => void,
): void {
  const readTally = (tally: T): void => {
    tally.count = reader.uint();
    readRest(reader, tally);
  };
  readTally(values.other);
  reader.repeat(() => {
    readTally(values.restore(reader.text()));
  });
}

function writeSighting(writer: ByteWriter, tally: VersionTally): void {
  if (tally.count === 0) return;
  writer.uint(isSeen(tally) ? tally.firstSeenMs : UNSEEN_MS);
  writer.uint(isSeen(tally) ? tally.lastSeenMs - tally.firstSeenMs : 0);
}

function readSighting(reader: ByteReader, tally: VersionTally): void {
  if (tally.count === 0) return;
  const firstSeenMs = reader.uint();
  const lastSeenMs = firstSeenMs + reader.uint();
  if (firstSeenMs >= UNSEEN_MS) return;
  tally.firstSeenMs = firstSeenMs;
  tally.lastSeenMs = lastSeenMs;
}

function writeTraffic(writer: ByteWriter, traffic: TrafficWindow): void {
  writer.uint(traffic.oldest);
  writer.uint(traffic.newest + 1);
  let minutes = 0;
  traffic.forEach(() => (minutes += 1));
  writer.uint(minutes);
  let previous = traffic.oldest;
  traffic.forEach((minute, count) => {
    writer.uint(minute - previous);
    writer.uint(count);
    previous = minute;
  });
}

function readTraffic(reader: ByteReader, traffic: TrafficWindow): void {
  const oldest = reader.uint();
  traffic.restore(oldest, reader.uint() - 1);
  let minute = oldest;
  reader.repeat(() => {
    minute += reader.uint();
    traffic.add(minute, reader.uint());
  });
}

function writeAdoption(writer: ByteWriter, adoption: VersionAdoption): void {
  writer.uint(adoption.hours.size);
  for (const [hour, versions] of adoption.hours) {
    writer.uint(hour);
    writer.uint(versions.size);
    for (const [slot, count] of versions) {
      writer.uint(slot);
      writer.uint(count);
    }
  }
}

function readAdoption(reader: ByteReader, adoption: VersionAdoption): void {
  reader.repeat(() => {
    const versions = new Map<number, number>();
    adoption.hours.set(reader.uint(), versions);
    reader.repeat(() => {
      versions.set(reader.uint(), reader.uint());
    });
  });
}

function writeDistinctUsers(writer: ByteWriter, { registers }: DistinctUsers): void {
  writer.raw(registers);
}

function readDistinctUsers(reader: ByteReader, { registers }: DistinctUsers): void {
  registers.set(reader.raw(REGISTERS));
}

function writeDailyUsers(writer: ByteWriter, { newestDay, samples }: DailyUsers): void {
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
}

function readDailyUsers(reader: ByteReader, dailyUsers: DailyUsers): void {
  dailyUsers.newestDay = reader.uint() - 1;
  reader.repeat(() => {
    const sample = dailyUsers.sampleOf(reader.uint());
    if (sample === undefined) throw new RangeError('a sample is older than its window');
    sample.level = reader.uint();
    reader.repeat(() => {
      sample.put(reader.uint(), reader.uint(), reader.uint());
    });
  });
}
