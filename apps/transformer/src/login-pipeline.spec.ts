import { describe, expect, it } from '@jest/globals';
import type { ConsumedRecord } from '@login-pipeline/streams';
import { DROP, emit } from '@login-pipeline/streams';
import { framer, NO_REGISTRY } from '@login-pipeline/registry';
import type { Login } from '@login-pipeline/schema';
import { markProcessed } from '@login-pipeline/schema';
import { GOLDEN_LOGINS } from '@login-pipeline/schema/testing';
import { loginPipeline } from './login-pipeline.ts';
import type { LoginPipeline } from './login-pipeline.ts';

const VALID = GOLDEN_LOGINS.filter(({ outcome }) => outcome === 'valid');
const INVALID = GOLDEN_LOGINS.filter(({ outcome }) => outcome !== 'valid');

/** The path of a login without a registry. */
const plain = (passes: (login: Login) => boolean): LoginPipeline =>
  loginPipeline(passes, NO_REGISTRY);

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
      const outcome = plain(() => true)(record(value));
      expect(outcome).toEqual(emit(markProcessed(bytes, parsed(value) as unknown as Login)));
      expect(outcome.kind === 'emit' && parsed(outcome.value)['processed']).toBe(true);
    },
  );

  it.each(VALID)('drops $name when its version does not pass', ({ value }) => {
    expect(plain(() => false)(record(value))).toBe(DROP);
  });

  it.each(INVALID)('sets $name aside: $outcome, whatever the filter', ({ value, outcome }) => {
    const deadLetter = { kind: 'dead-letter', reason: outcome, stage: 'decode' };
    expect(plain(() => true)(record(value))).toEqual(deadLetter);
    expect(plain(() => false)(record(value))).toEqual(deadLetter);
  });

  it.each(VALID)('asks the filter about the login in $name', ({ value }) => {
    const asked: string[] = [];
    plain((login) => asked.push(login.app_version) > 0)(record(value));
    expect(asked).toEqual([parsed(value)['app_version']]);
  });

  it('reads a framed login as its text, and writes it as the schemas say', () => {
    const [{ value } = { value: null }] = VALID;
    const text = value ?? Buffer.alloc(0);
    const marked = markProcessed(text, parsed(text) as unknown as Login);
    const framed = record(framer(7)(text));
    expect(plain(() => true)(framed)).toEqual(emit(marked));
    const schemas = { isKnown: (id: number) => id === 7, frame: framer(9) };
    const pipeline = loginPipeline(() => true, schemas);
    expect(pipeline(framed)).toEqual(emit(framer(9)(marked)));
    expect(pipeline(record(text))).toEqual(emit(framer(9)(marked)));
  });

  it('names the frame of others where the schema id is in a header, or is none that a registry has', () => {
    const avro = {
      ...record(Buffer.from([0x48, 0xff])),
      headers: [['__value_schema_id', '']] as const,
    };
    const json = record(Buffer.from('{"cut'));
    const reasonOf = (it: ConsumedRecord): unknown => plain(() => true)(it);
    expect(reasonOf(avro)).toMatchObject({ reason: 'framed_guid' });
    expect(reasonOf({ ...json, headers: avro.headers })).toMatchObject({ reason: 'invalid_json' });
    const schemas = { isKnown: () => false, frame: (text: Buffer) => text };
    const wide = framer(0)(Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('{}')]));
    const outcome = loginPipeline(() => true, schemas)(record(wide));
    expect(outcome).toMatchObject({ reason: 'framed_apicurio' });
  });

  it('sets a framed record aside whose schema id is unknown, whatever is in it', () => {
    const schemas = { isKnown: () => false, frame: (text: Buffer) => text };
    for (const { value } of [...VALID, ...INVALID]) {
      if (value === null) continue;
      expect(loginPipeline(() => false, schemas)(record(framer(7)(value)))).toEqual({
        kind: 'dead-letter',
        reason: 'unknown_schema_id',
        stage: 'decode',
      });
    }
  });
});
