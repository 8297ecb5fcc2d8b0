import { concern, fileVariable, oneOf, SECRET, setting, TEXT } from '@login-pipeline/config';
import type { Concern, Fault, Format, TextOf } from '@login-pipeline/config';
import * as z from 'zod';
import type { RegistryConnection } from './registry-client.ts';

export interface SchemaSettings {
  /** `registry`: values are written with a frame that names their schema. Implies {@link registry}. */
  readonly outputFraming: 'plain' | 'registry';
  /** Absent: schemas are not registered, and frames are read whatever id they hold. */
  readonly registry?: RegistryConnection;
}

/** Without a user in it: what a URL holds gets logged. */
const REGISTRY_URL: Format<string> = {
  expected: 'an `http` or `https` URL without user, query and fragment',
  schema: z.string().refine(isPlainHttpUrl),
};

const URL_SETTING = setting('SCHEMA_REGISTRY_URL', {
  description: 'Schema registry; not set: none, and the ids of framed records are not looked up',
  format: REGISTRY_URL,
});
const USERNAME = setting('SCHEMA_REGISTRY_USERNAME', {
  description: 'User name for the schema registry (HTTP basic authentication)',
  format: TEXT,
});
const PASSWORD = setting('SCHEMA_REGISTRY_PASSWORD', {
  description: 'Password for the schema registry',
  format: SECRET,
  secret: true,
});
const FRAMING = setting('OUTPUT_FRAMING', {
  description: 'Values written: `plain` JSON, or `registry`: a zero byte, the schema id, the JSON',
  format: oneOf(['plain', 'registry']),
  default: 'plain',
});

/** What messages call them: an operator sets them by these names. */
export const NAMES = {
  url: URL_SETTING.name,
  username: USERNAME.name,
  password: PASSWORD.name,
} as const;

export const SCHEMAS: Concern<SchemaSettings> = concern(
  { url: URL_SETTING, username: USERNAME, password: PASSWORD, outputFraming: FRAMING },
  {
    rules: registryFaults,
    warnings: unencrypted,
    shape: ({ url, username, password, outputFraming }) => ({
      outputFraming,
      ...(url !== undefined && {
        registry: {
          url: url.replace(/\/+$/, ''),
          ...(username !== undefined &&
            password !== undefined && { credentials: { username, password } }),
        },
      }),
    }),
  },
);

function unencrypted({ registry }: SchemaSettings): readonly string[] {
  return registry?.credentials !== undefined && registry.url.startsWith('http:')
    ? [`${NAMES.url} without https sends ${NAMES.password} unencrypted.`]
    : [];
}

function registryFaults(text: TextOf): Fault[] {
  const isSet = (name: string): boolean => text(name) !== undefined;
  const faults: Fault[] = [];
  if (text(FRAMING.name) === 'registry' && !isSet(URL_SETTING.name)) {
    faults.push({ name: FRAMING.name, problem: `\`registry\` needs ${URL_SETTING.name}` });
  }
  for (const { name } of [USERNAME, PASSWORD]) {
    if (isSet(name) && !isSet(URL_SETTING.name)) {
      faults.push({ name, problem: `has no effect without ${URL_SETTING.name}` });
    }
  }
  if (isSet(USERNAME.name) && !isSet(PASSWORD.name)) {
    const how = `${PASSWORD.name} or ${fileVariable(PASSWORD.name)}`;
    faults.push({ name: USERNAME.name, problem: `needs ${how} too` });
  }
  if (isSet(PASSWORD.name) && !isSet(USERNAME.name)) {
    faults.push({ name: PASSWORD.name, problem: `needs ${USERNAME.name} too` });
  }
  return faults;
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}
