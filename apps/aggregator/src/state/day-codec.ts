import { CATALOGUE } from '../insights/catalogue.ts';
import type { Insight } from '../insights/insight.ts';
import { ByteReader, ByteWriter } from './byte-codec.ts';
import type { Bounds } from './bounds.ts';
import { emptyDay } from './day-cells.ts';
import type { DayCells, HourCell } from './day-cells.ts';
import { opened, orUnreadable, sealed } from './envelope.ts';

/** What is written of a day: see docs/snapshot-format.md. */
export interface WrittenCells {
  /** Hours of the day that are written, each with all that is kept of it. */
  readonly hours: readonly number[];
  /** Whether what is kept of the day as a whole is written. */
  readonly parts: boolean;
}

/** Of an insight, what is written in one frame. */
interface Frame {
  readonly version: number;
  readonly body: Buffer;
}

/** @returns the bytes of the section */
export function writeDay(day: DayCells, { hours, parts }: WrittenCells): Buffer {
  const writer = new ByteWriter();
  writer.uint(hours.length);
  for (const hour of hours) {
    writer.uint(hour);
    writer.uint(day.hours[hour]?.counted ?? 0);
  }
  const frames = CATALOGUE.flatMap((insight, index) => {
    const frame = frameOf(insight, index, day, hours, parts);
    return frame === undefined ? [] : [frame];
  });
  writer.uint(frames.length);
  for (const { name, version, body } of frames) {
    writer.text(name);
    writer.uint(version);
    writer.uint(body.length);
    writer.raw(body);
  }
  return sealed(writer.written());
}

/**
 * Reads into a day what a section has of it. What is not of this version of an insight is left out:
 * the insight began later.
 *
 * @throws UnreadableError
 */
export function readInto(day: DayCells, section: Buffer, bounds: Bounds): void {
  const reader = new ByteReader(opened(section));
  orUnreadable(() => {
    const hours = readHours(reader, day);
    const frames = readFrames(reader);
    if (!reader.atEnd) throw new RangeError('the section has more bytes than a day');
    for (const [index, { name, version, cells }] of CATALOGUE.entries()) {
      if (cells === undefined) continue;
      const frame = frames.get(name);
      const body = frame?.version === version ? new ByteReader(frame.body) : undefined;
      if (cells.of === 'hour') {
        for (const { parts } of hours) {
          parts[index] = body === undefined ? cells.empty(bounds) : cells.read(body, bounds);
        }
      } else if (body !== undefined) placeInDay(day, index, cells.read(body, bounds));
      if (body?.atEnd === false) throw new RangeError(`more bytes than ${name} has`);
    }
  });
}

function readHours(reader: ByteReader, day: DayCells): readonly HourCell[] {
  const hours: HourCell[] = [];
  reader.repeat(() => {
    const hour = reader.uint();
    if (hour >= day.hours.length) throw new RangeError('a day has 24 hours');
    const cell = { counted: reader.uint(), parts: [...day.parts], revision: 0 };
    day.hours[hour] = cell;
    hours.push(cell);
  });
  return hours;
}

/** @returns the day that the bytes are of, as far as this version reads them */
export function readDay(bytes: Buffer, bounds: Bounds): DayCells {
  const day = emptyDay(bounds);
  readInto(day, bytes, bounds);
  return day;
}

function placeInDay(day: DayCells, index: number, part: unknown): void {
  day.parts[index] = part;
  for (const cell of day.hours) if (cell !== undefined) cell.parts[index] = part;
}

function frameOf(
  { name, version, cells }: Insight,
  index: number,
  day: DayCells,
  hours: readonly number[],
  parts: boolean,
): (Frame & { readonly name: string }) | undefined {
  if (cells === undefined || (cells.of === 'hour' ? hours.length === 0 : !parts)) return undefined;
  const writer = new ByteWriter();
  if (cells.of === 'day') cells.write(day.parts[index], writer);
  else for (const hour of hours) cells.write(day.hours[hour]?.parts[index], writer);
  return { name, version, body: Buffer.from(writer.written()) };
}

function readFrames(reader: ByteReader): ReadonlyMap<string, Frame> {
  const frames = new Map<string, Frame>();
  reader.repeat(() => {
    const name = reader.text();
    const version = reader.uint();
    frames.set(name, { version, body: reader.raw(reader.uint()) });
  });
  return frames;
}
