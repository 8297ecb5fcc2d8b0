import { describe, expect, it } from '@jest/globals';
import type { ConsumedRecord } from '@login-pipeline/pipeline';
import { DROP, emit } from '@login-pipeline/pipeline';
import type { Login } from '@login-pipeline/schema';
import { markProcessed } from '@login-pipeline/schema';
import { GOLDEN_LOGINS } from '@login-pipeline/schema/testing';
import { loginPipeline } from './login-pipeline.ts';

const VALID = GOLDEN_LOGINS.filter(({ outcome }) => outcome === 'valid');
const INVALID = GOLDEN_LOGINS.filter(({ outcome }) => outcome !== 'valid');

function record(value: Buffer | null): ConsumedRecord {
  return { offset: '1', timestamp: '0', key: Buffer.from('user'), value };
}

function parsed(value: Buffer | null): Record<string, unknown> {
  return JSON.parse(String(value)) as Record<string, unknown>;
}

describe('loginPipeline', () => {
  it.each(VALID)(
    'emits $name, marked and else as it came, when its version passes',
    ({ value }) => {
      const bytes = value ?? Buffer.alloc(0);
      const outcome = loginPipeline(() => true)(record(value));
      expect(outcome).toEqual(emit(markProcessed(bytes, parsed(value) as unknown as Login)));
      expect(outcome.kind === 'emit' && parsed(outcome.value)['processed']).toBe(true);
    },
  );

  it.each(VALID)('drops $name when its version does not pass', ({ value }) => {
    expect(loginPipeline(() => false)(record(value))).toBe(DROP);
  });

  it.each(INVALID)('sets $name aside: $outcome, whatever the filter', ({ value, outcome }) => {
    const deadLetter = { kind: 'dead-letter', reason: outcome, stage: 'decode' };
    expect(loginPipeline(() => true)(record(value))).toEqual(deadLetter);
    expect(loginPipeline(() => false)(record(value))).toEqual(deadLetter);
  });

  it.each(VALID)('asks the filter about the version in $name', ({ value }) => {
    const asked: string[] = [];
    loginPipeline((version) => asked.push(version) > 0)(record(value));
    expect(asked).toEqual([parsed(value)['app_version']]);
  });
});
