import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRegistry } from '@login-pipeline/embedded-kafka/registry';
import type { RunningRegistry } from '@login-pipeline/embedded-kafka/registry';

const SCHEMAS = join(import.meta.dirname, '../../../libs/schema/json-schema');
const RELEASED = join(SCHEMAS, 'released');
const NAMES = readdirSync(RELEASED);

/** What a registry takes in place of a schema under the rule BACKWARD: what accepts all that the schema did. */
describe('a schema beside its last release', () => {
  let registry: RunningRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
    for (const name of NAMES) {
      await ask('PUT', `/config/${name}`, { compatibility: 'BACKWARD' });
      await ask('POST', `/subjects/${name}/versions`, definition(released(name)));
    }
  });
  afterAll(() => registry.stop());

  it('has one for every topic that carries logins', () => {
    expect(NAMES).toEqual(readdirSync(SCHEMAS).filter((name) => name.endsWith('.json')));
  });

  it.each(NAMES)('%s may replace it', async (name) => {
    const schema = JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8')) as object;
    expect(await compatible(name, schema)).toEqual({ is_compatible: true });
  });

  it.each(NAMES)('%s could not, if it took less', async (name) => {
    const { required = [], properties = {}, ...rest } = released(name);
    const stricter = { ...rest, properties, required: [...required, 'device_id'] };
    expect(await compatible(name, stricter)).toEqual({ is_compatible: false });
    const retyped = { ...properties, locale: { type: 'integer' } };
    expect(await compatible(name, { ...rest, required, properties: retyped })).toEqual({
      is_compatible: false,
    });
    const shorter = { ...properties, locale: { type: 'string', minLength: 1, maxLength: 2 } };
    expect(await compatible(name, { ...rest, required, properties: shorter })).toEqual({
      is_compatible: false,
    });
  });

  function compatible(subject: string, schema: object): Promise<unknown> {
    const path = `/compatibility/subjects/${subject}/versions/latest`;
    return ask('POST', path, definition(schema));
  }

  async function ask(method: string, path: string, body: object): Promise<unknown> {
    const response = await fetch(registry.url + path, {
      method,
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return response.json();
  }
});

interface JsonSchema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, object>>;
}

function released(name: string): JsonSchema {
  return JSON.parse(readFileSync(join(RELEASED, name), 'utf8')) as JsonSchema;
}

function definition(schema: object): object {
  return { schemaType: 'JSON', schema: JSON.stringify(schema) };
}
