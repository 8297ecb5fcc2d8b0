import { aLogin } from '@login-pipeline/schema/testing';
import type { ConsumedBatch, ConsumedRecord, FoundSnapshot } from '@login-pipeline/streams';
import type { CountedLogin } from '../partition-state.ts';
import { PartitionState } from '../partition-state.ts';
import { sectionsOf } from '../sections.ts';

/** 2024-12-17T18:47:00Z, a Tuesday. */
export const SOME_TIME_MS = 1_734_461_220_000;
export const SOME_MINUTE = SOME_TIME_MS / 60_000;

export const LIMITS = {
  trafficRetentionMinutes: 1440,
  insightRetentionDays: 31,
  maxDistinctValues: 1000,
};

/** A UUID of its own for every number. */
export function userId(number: number): string {
  return `3b241101-e2bb-4255-8caf-${number.toString(16).padStart(12, '0')}`;
}

export function login(members: Partial<CountedLogin> = {}): CountedLogin {
  return {
    user_id: userId(1),
    app_version: '2.0.0',
    device_type: 'android',
    locale: 'TX',
    ...members,
  };
}

/** The state after logins at the given event times, each in a record of the same time. */
export function stateOf(timesMs: readonly number[], limits = LIMITS): PartitionState {
  const state = new PartitionState(limits);
  for (const timeMs of timesMs) state.fold(login(), timeMs, timeMs);
  state.nextOffset = BigInt(timesMs.length);
  return state;
}

/** The state as it is found in its topic, written at once and whole. */
export function snapshotOf(state: PartitionState, writtenMs = SOME_TIME_MS): FoundSnapshot {
  const sections = new Map(sectionsOf(state).map((section) => [section.name, section.encode()]));
  return { nextOffset: state.nextOffset, writtenMs, sections, missing: [] };
}

/** A batch of records with consecutive offsets. */
export function batchOf(firstOffset: number, values: readonly (string | null)[]): ConsumedBatch {
  const records: ConsumedRecord[] = values.map((value, index) => ({
    offset: String(firstOffset + index),
    timestamp: String(SOME_TIME_MS),
    key: null,
    value: value === null ? null : Buffer.from(value),
  }));
  const nextOffset = BigInt(firstOffset + values.length);
  return { topic: 'processed-user-login', partition: 0, records, nextOffset };
}

/** The text of a processed login. */
export function processedLogin(members: Partial<CountedLogin> = {}): string {
  const timestamp = SOME_TIME_MS / 1000;
  return JSON.stringify(aLogin({ ...login(members), timestamp, processed: true }));
}
