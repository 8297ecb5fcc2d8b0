import kafkajs from 'kafkajs';
import type { InputRecord } from '../../load.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const HOUR_MS = 3_600_000;
const BIG_BYTES = 900_000;
/** Smaller than any record batch. */
const NOTHING_FITS = '100';
/** EX_UNAVAILABLE: an operator has to act. */
const UNAVAILABLE = 69;

const bigRecords: Scenario = {
  name: 'poison',
  fault: 'records of 900 kB and, one in twenty, broken ones of every kind',
  smoke: true,
  brokers: 1,
  alone: false,
  transformers: 2,
  aggregators: 1,
  gapBoundMs: 10_000,
  alter: (record, index) =>
    index % 400 === 1 ? changed(record, { padding: 'x'.repeat(BIG_BYTES) }) : record,
  attack: async (stage) => {
    await stage.progress(4_000);
    return 1;
  },
};

const clockJumps: Scenario = {
  name: 'clock-jumps',
  fault: 'clocks of the input jump by hours; seconds, milliseconds, text',
  smoke: true,
  brokers: 1,
  alone: false,
  transformers: 1,
  aggregators: 2,
  gapBoundMs: 10_000,
  alter: (record, index) => {
    const jumped = Number(record.timestamp) + ((index % 7) - 3) * HOUR_MS;
    const spellings = [jumped, Math.floor(jumped / 1_000), String(jumped)];
    return {
      ...changed(record, { timestamp: spellings[index % 3] }),
      timestamp: String(Number(record.timestamp) + ((index % 5) - 2) * HOUR_MS),
    };
  },
  attack: async (stage) => {
    await stage.progress(3_000);
    return 1;
  },
};

const deadLettersRefused: Scenario = {
  name: 'dead-letters-refused',
  fault: 'the dead-letter topic refuses every record, then it is mended',
  smoke: true,
  brokers: 1,
  alone: false,
  transformers: 1,
  aggregators: 0,
  gapBoundMs: 30_000,
  mayExit: [UNAVAILABLE],
  attack: async (stage) => {
    const [{ service } = { service: undefined }] = stage.members('transformer');
    await limitDeadLetters(stage, NOTHING_FITS);
    await stage.until('the service to say so and end', () => service?.exit === UNAVAILABLE);
    if (!service?.output.includes('DEAD_LETTER_TOPIC')) {
      throw new Error('the service did not name DEAD_LETTER_TOPIC when it ended');
    }
    await stage.until('another try', () => stage.restarts >= 2);
    await limitDeadLetters(stage, '2097152');
    await stage.progress(1_000);
    return stage.restarts;
  },
};

export const RECORD_SCENARIOS: readonly Scenario[] = [bigRecords, clockJumps, deadLettersRefused];

/** @returns the record with other members, where its value is a login at all */
function changed(record: InputRecord, members: Readonly<Record<string, unknown>>): InputRecord {
  const login = loginOf(record);
  if (login === undefined) return record;
  return { ...record, value: Buffer.from(JSON.stringify({ ...login, ...members })) };
}

function loginOf({ value }: InputRecord): object | undefined {
  try {
    const parsed: unknown = JSON.parse(String(value));
    return typeof parsed === 'object' && parsed !== null && 'app_version' in parsed
      ? parsed
      : undefined;
  } catch {
    return undefined;
  }
}

async function limitDeadLetters({ cluster, lane }: Stage, maxBytes: string): Promise<void> {
  await cluster.admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: lane.deadLetter,
        configEntries: [
          { name: 'max.message.bytes', value: maxBytes },
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
          { name: 'retention.ms', value: '-1' },
        ],
      },
    ],
  });
}
