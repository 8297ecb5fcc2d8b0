import type { FoundSnapshot, Section } from '@login-pipeline/streams';
import { CATALOGUE } from '../insights/catalogue.ts';
import { dayOf, HOURS_PER_DAY, isoDay, isoHour, minuteOf, MINUTES_PER_HOUR } from '../utc.ts';
import { ByteReader, ByteWriter } from './byte-codec.ts';
import { hoursOf } from './day-cells.ts';
import type { DayCells } from './day-cells.ts';
import { readInto, writeDay } from './day-codec.ts';
import { opened, orUnreadable, sealed, UnreadableError } from './envelope.ts';
import type { PartitionState } from './partition-state.ts';

/** The section without which there is no state. */
const LEDGER = 'ledger';
const LEDGER_VERSION = 1;
const COUNTERS = ['consumed', 'counted', 'expired', 'invalid', 'future'] as const;

/** @returns the sections of a state: of the ledger, of each insight, of the hours of days that go on, and of days */
export function sectionsOf(state: PartitionState): readonly Section[] {
  const { cells, counted } = state;
  cells.pack();
  const sections: Section[] = [
    { name: LEDGER, revision: state.consumed, encode: () => writeLedger(state) },
  ];
  for (const [index, { name, always }] of CATALOGUE.entries()) {
    const kept = state.insights[index];
    const revision = always.revision?.(kept?.state) ?? counted;
    sections.push({ name, revision, encode: () => writeInsight(state, index) });
  }
  for (const day of cells.days) sections.push(...sectionsOfDay(state, day));
  return sections;
}

function sectionsOfDay({ cells }: PartitionState, day: number): readonly Section[] {
  const name = `day-${isoDay(day)}`;
  if (cells.isOver(day)) {
    const encode = (): Buffer => {
      const written = cells.bytesOf(day);
      if (written !== undefined) return written;
      const whole = cells.cellsOf(day);
      const bytes = whole && writeDay(whole, { hours: hoursOf(whole), parts: true });
      if (bytes !== undefined) cells.written(day, bytes);
      return bytes ?? Buffer.alloc(0);
    };
    return [{ name, revision: cells.revisionOf(day), encode }];
  }
  const going = cells.cellsOf(day);
  if (going === undefined) return [];
  const hours = hoursOf(going).map((hour) => ({
    name: `hour-${isoHour(day * HOURS_PER_DAY + hour).slice(0, 13)}`,
    revision: going.hours[hour]?.revision ?? 0,
    encode: () => writeDay(going, { hours: [hour], parts: false }),
  }));
  const encode = (): Buffer => writeDay(going, { hours: [], parts: true });
  // Below 0: no number of the day when it is over.
  return [...hours, { name, revision: -1 - partsRevision(going), encode }];
}

/** @returns a number that grows whenever what is kept of the day as a whole changes */
function partsRevision(day: DayCells): number {
  return CATALOGUE.reduce((sum, { cells }, index) => {
    const counted = (): number => day.hours.reduce((all, cell) => all + (cell?.counted ?? 0), 0);
    return cells?.of === 'day' ? sum + (cells.revision?.(day.parts[index]) ?? counted()) : sum;
  }, 0);
}

function writeLedger(state: PartitionState): Buffer {
  const writer = new ByteWriter();
  writer.uint(LEDGER_VERSION);
  for (const name of COUNTERS) writer.uint(state[name]);
  writer.uint(state.newestRecordMs + 1);
  writer.uint(state.cells.newestMinute + 1);
  writer.uint(state.cells.oldestDay);
  return sealed(writer.written());
}

function writeInsight({ insights }: PartitionState, index: number): Buffer {
  const writer = new ByteWriter();
  const [insight, kept] = [CATALOGUE[index], insights[index]];
  writer.uint(insight?.version ?? 0);
  writer.uint(kept?.sinceMs === undefined ? 0 : kept.sinceMs + 1);
  writer.uint(kept?.sinceHour ?? 0);
  insight?.always.write(kept?.state, writer);
  return sealed(writer.written());
}

/**
 * Brings a state to a snapshot.
 *
 * @param before the sections that the state has been brought to already; those that are the same are not read again
 * @returns the sections that could not be read, or are missing: what they are of has begun anew
 * @throws UnreadableError when it is the ledger
 */
export function readSections(
  state: PartitionState,
  snapshot: FoundSnapshot,
  before: ReadonlyMap<string, Buffer> = new Map(),
): readonly string[] {
  const { sections, nextOffset, missing } = snapshot;
  const isNew = ([name, bytes]: readonly [string, Buffer]): boolean => before.get(name) !== bytes;
  const changed = new Map([...sections].filter(isNew));
  const ledger = changed.get(LEDGER);
  if (ledger !== undefined) readLedger(state, ledger);
  else if (!before.has(LEDGER)) throw new UnreadableError('it has no ledger');
  state.nextOffset = nextOffset;
  const lost: string[] = [];
  const anew: number[] = [];
  if (before.size === 0) lost.push(...missing.filter(isOfTime));
  for (const name of before.keys()) {
    const day = sections.has(name) ? undefined : dayIn(name);
    if (day !== undefined && name.startsWith('day')) state.cells.forget(day);
  }
  for (const [index, { name }] of CATALOGUE.entries()) {
    const bytes = changed.get(name);
    const isAsBefore = before.size > 0 && sections.has(name) === before.has(name);
    if (bytes === undefined && isAsBefore) continue;
    const read = (): void => {
      readInsight(state, index, bytes ?? Buffer.alloc(0));
    };
    if (isRead(read) || state.counted === 0) continue;
    beginAnew(state, index, snapshot);
    anew.push(index);
    lost.push(name);
  }
  // Days first: hours of those that go on are read into them.
  for (const name of [...changed.keys()].filter(isOfTime).sort()) {
    const read = (): void => {
      readTime(state, name, changed.get(name) ?? Buffer.alloc(0));
    };
    if (!isRead(read)) lost.push(name);
  }
  for (const name of lost) if (isOfTime(name)) raiseSince(state, name);
  state.cells.forgetOld();
  // Its hours have the slots of names that are lost.
  for (const index of anew) state.cells.forgetInsight(index);
  return lost;
}

function readLedger(state: PartitionState, section: Buffer): void {
  const reader = new ByteReader(opened(section));
  orUnreadable(() => {
    if (reader.uint() !== LEDGER_VERSION) throw new RangeError('the ledger has another version');
    for (const name of COUNTERS) state[name] = reader.uint();
    state.newestRecordMs = reader.uint() - 1;
    state.cells.newestMinute = reader.uint() - 1;
    state.cells.keptFrom(reader.uint());
  });
}

function readInsight({ insights, bounds }: PartitionState, index: number, section: Buffer): void {
  const [insight, kept] = [CATALOGUE[index], insights[index]];
  if (insight === undefined || kept === undefined) return;
  const reader = new ByteReader(opened(section));
  orUnreadable(() => {
    if (reader.uint() !== insight.version) throw new RangeError('it has another version');
    const since = reader.uint();
    const sinceHour = reader.uint();
    kept.state = insight.always.read(reader, bounds);
    kept.sinceMs = since === 0 ? undefined : since - 1;
    kept.sinceHour = sinceHour;
  });
}

/** What was folded before is not known to the insight; it has all of the hours that no login was of yet. */
function beginAnew(state: PartitionState, index: number, { writtenMs }: FoundSnapshot): void {
  const [insight, kept] = [CATALOGUE[index], state.insights[index]];
  if (insight === undefined || kept === undefined) return;
  kept.state = insight.always.empty(state.bounds);
  kept.sinceMs = state.newestRecordMs >= 0 ? state.newestRecordMs : writtenMs;
  kept.sinceHour = Math.floor(state.cells.newestMinute / MINUTES_PER_HOUR) + 1;
}

function readTime({ cells, bounds }: PartitionState, name: string, section: Buffer): void {
  const day = dayIn(name);
  if (name.startsWith('day') && cells.isOver(day)) {
    opened(section);
    cells.restore(day, section);
    return;
  }
  const hours = name.startsWith('day') ? [] : [Number(name.slice(-2))];
  cells.change(
    day,
    (going) => {
      readInto(going, section, bounds);
    },
    hours,
  );
}

/** What is lost of an hour or a day is lost for all insights. */
function raiseSince({ insights }: PartitionState, name: string): void {
  const hour = name.startsWith('day')
    ? (dayIn(name) + 1) * HOURS_PER_DAY
    : minuteOf(`${name.slice(5)}:00Z`) / MINUTES_PER_HOUR + 1;
  for (const kept of insights) kept.sinceHour = Math.max(kept.sinceHour, hour);
}

/** @returns whether it is read; not where this version cannot */
function isRead(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof UnreadableError) return false;
    throw error;
  }
}

function isOfTime(name: string): boolean {
  return /^(?:day-\d{4}-\d\d-\d\d|hour-\d{4}-\d\d-\d\dT\d\d)$/.test(name);
}

/** @returns the day of a section of time, since the epoch */
function dayIn(name: string): number {
  return dayOf(name.slice(name.indexOf('-') + 1));
}
