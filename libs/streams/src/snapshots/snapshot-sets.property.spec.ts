import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { KeptState } from '../fold/kept-state.ts';
import { format1Record } from '../testing/format-1.ts';
import { Random } from '../testing/simulation/index.ts';
import { planSections } from './section-plan.ts';
import type { OwnSnapshot } from './section-plan.ts';
import { eraseRecord } from './section-records.ts';
import { SnapshotSets } from './snapshot-sets.ts';
import type { Settled } from './snapshot-sets.ts';
import { WHOLE } from './snapshot.ts';
import type { PlacedSnapshot } from './snapshot.ts';
import { WrittenLog } from './testing/written-log.ts';

const INPUT = 'processed';
const PARTITION = 3;
const TOPIC_ID = '00112233445566778899aabbccddeeff';
const PLACE = { topicId: TOPIC_ID, partition: 0 };
const SECTIONS = 5;
const EACH_LIVES = 9;
const MOST_OWNERS = 3;

/** Names and contents of the sections at a next offset: what a recount comes to. */
function stateAt(nextOffset: number): ReadonlyMap<string, number> {
  const sections = new Map<string, number>();
  for (let offset = 1; offset <= nextOffset; offset += 1) {
    sections.set(`counts-${(offset * 7) % SECTIONS}`, offset);
    sections.set(`days-${Math.floor(offset / EACH_LIVES)}`, offset);
  }
  for (const name of sections.keys()) {
    const [kind, day] = name.split('-');
    if (kind === 'days' && Number(day) < nextOffset / EACH_LIVES - 2) sections.delete(name);
  }
  return sections;
}

/** @throws when sections are not those of the next offset, or not all of them */
function requireTrue({ nextOffset, sections, missing }: PlacedSnapshot): void {
  const state = JSON.stringify([...stateAt(Number(nextOffset))].toSorted());
  const whole = sections.get(WHOLE);
  const found =
    whole === undefined
      ? JSON.stringify(
          [...sections].map(([name, value]) => [name, Number(String(value))]).toSorted(),
        )
      : String(whole);
  if (missing.length > 0 || found !== state) throw new Error(`At ${nextOffset}: ${found}`);
}

/** Reads a log along, as every process does. */
class Reader {
  readonly sets = new SnapshotSets(INPUT);
  readonly #log: WrittenLog;
  #position = 0;

  constructor(log: WrittenLog) {
    this.#log = log;
  }

  read(most = Infinity): Settled {
    const records = this.#log.read(this.#position, most);
    for (const record of records) this.sets.take(PLACE.partition, record);
    const last = records.at(-1);
    this.#position =
      most === Infinity ? this.#log.end : Number(last?.offset ?? this.#position - 1) + 1;
    const settled = this.sets.settle();
    for (const snapshot of settled.newer.values()) requireTrue(snapshot);
    return settled;
  }
}

/** An owner, now or once: it may be frozen between any two of its steps, and its writes may be late. */
class Owner {
  readonly #world: World;
  readonly #reader: Reader;
  readonly #kept: KeptState;
  #nextOffset: number;

  constructor(world: World) {
    this.#world = world;
    this.#reader = new Reader(world.log);
    this.#reader.read();
    const found = this.#reader.sets.found(PARTITION);
    if (found !== undefined) requireTrue(found);
    this.#nextOffset = Number(found?.nextOffset ?? 0);
    this.#kept = new KeptState(found?.nextOffset, this.#reader.sets.setsOf(PARTITION));
  }

  fold(records: number): void {
    this.#nextOffset += records;
  }

  read(most: number): void {
    const { saved } = this.#kept;
    for (const { set, nextOffset } of this.#reader.read(most).torn) {
      if (set === saved?.set && (nextOffset ?? saved.nextOffset) === saved.nextOffset) {
        this.#kept.forget();
      }
    }
  }

  save(): void {
    if (this.#kept.nextOffset === BigInt(this.#nextOffset)) return;
    const { random } = this.#world;
    const state = stateAt(this.#nextOffset);
    const snapshot: OwnSnapshot = {
      ...{ nextOffset: BigInt(this.#nextOffset), topicId: TOPIC_ID, leaderEpoch: 0 },
      saved: this.#kept.saved,
      sections: [...state].map(([name, revision]) => ({
        ...{ name, revision, encode: () => Buffer.from(String(revision)) },
      })),
    };
    const { units, saved, bytes } = planSections(PARTITION, snapshot, PLACE, this.#world.newSet, {
      ...{ input: INPUT, topic: 'insights', writtenMs: 1, maxSnapshotBytes: 10_000 },
      ...{
        maxMessageBytes: this.#world.maxMessageBytes,
        maxRecords: 100,
        changesTopicId: undefined,
      },
    });
    let written = 0;
    for (const records of units) {
      const draw = random.next();
      if (draw < 0.1) break;
      const isKnown = draw > 0.3;
      // Those are lost on their way, or are on it.
      if (isKnown || draw < 0.2) this.#world.log.append(records);
      else if (draw < 0.25) this.#world.late.push(records);
      if (!isKnown) {
        this.#kept.note({ kind: 'unknown', set: saved.set });
        return;
      }
      written += 1;
    }
    if (written === units.length) {
      this.#kept.note({ kind: 'saved', saved, bytes });
      this.#world.isSaved = true;
    } else {
      this.#kept.note(written === 0 ? { kind: 'unwritten' } : { kind: 'unknown', set: saved.set });
    }
  }

  clean(): void {
    const { random, log, late } = this.#world;
    const there = [...this.#reader.sets.recordsOf(PARTITION, this.#kept.outdated)];
    for (const record of this.#kept.toErase(there)) {
      const of = { input: INPUT, partition: PARTITION, set: record.set };
      const erased = [eraseRecord(of, record.section, 1)];
      const draw = random.next();
      if (draw < 0.1) return;
      if (draw < 0.2) {
        late.push(erased);
        return;
      }
      log.append(erased);
      this.#kept.noteErased(record);
    }
  }
}

/** A topic, its readers and its writers: all that happens comes from the seed. */
class World {
  readonly log = new WrittenLog();
  readonly random: Random;
  readonly maxMessageBytes: number;
  /** Writes that are on their way. */
  readonly late: Parameters<WrittenLog['append']>[0][] = [];
  /** Whether a writer knows a snapshot to be safely there. */
  isSaved = false;
  readonly #readers: Reader[] = [];
  readonly #owners: Owner[] = [];
  #sets = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    // Half of them write most of a state in several batches.
    this.maxMessageBytes = this.random.chance(0.5) ? 100_000 : 1_200;
    if (this.random.chance(0.3)) {
      const value = Buffer.from(JSON.stringify([...stateAt(4)].toSorted()));
      this.log.append([format1Record(INPUT, PARTITION, { value, nextOffset: 4n }, 1)]);
    }
  }

  readonly newSet = (): string => {
    this.#sets += 1;
    return `set${String(this.#sets).padStart(9, '0')}`;
  };

  step(): void {
    const { random, log, late } = this;
    const owner = this.#owners.length === 0 ? undefined : random.pick(this.#owners);
    const steps: readonly (() => void)[] = [
      () => {
        // Some are killed.
        if (this.#owners.length >= MOST_OWNERS) {
          this.#owners.splice(random.int(MOST_OWNERS), 1);
        }
        this.#owners.push(new Owner(this));
      },
      () => this.#readers.push(new Reader(log)),
      () => {
        for (const reader of this.#readers) reader.read(1 + random.int(30));
      },
      () => owner?.read(1 + random.int(30)),
      () => owner?.read(Infinity),
      () => owner?.clean(),
      () => {
        log.compact(() => random.chance(random.next()));
      },
      () => {
        const [records] = late.splice(random.int(late.length), 1);
        if (records !== undefined) log.append(records);
      },
    ];
    if (random.chance(0.5)) {
      owner?.fold(random.int(4));
      owner?.save();
    } else {
      random.pick(steps)();
    }
  }

  /**
   * @throws when a process that starts now finds no whole snapshot although one was saved, or
   *   sections that do not belong together
   */
  check(): void {
    const reader = new Reader(this.log);
    reader.read();
    const restored = reader.sets.found(PARTITION);
    const isWhole = restored?.missing.length === 0;
    if (isWhole) requireTrue(restored);
    else if (this.isSaved) throw new Error('A snapshot that was saved is gone');
  }
}

describe('Sets of sections', () => {
  it('give whole states, and at least one, whatever owners, frozen ones and compaction do to them', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 120 }), (seed, steps) => {
        const world = new World(seed);
        for (let count = 0; count < steps; count += 1) {
          world.step();
          world.check();
        }
        world.log.compact(() => true);
        world.check();
      }),
      { numRuns: 150 },
    );
  });
});
