import { SETTINGS as AGGREGATOR } from '@login-pipeline/aggregator/settings';
import { settingsPage } from '@login-pipeline/config';
import type { Concern, Reader } from '@login-pipeline/config';
import { SETTINGS as DATA_GENERATOR } from '@login-pipeline/data-generator/settings';
import { SETTINGS as TRANSFORMER } from '@login-pipeline/transformer/settings';
import { POSITIONS, REDRIVE, TOPIC_SETUP, TRANSACTIONS } from './settings.ts';

/** The services' settings, by the service. */
export const SERVICES = {
  transformer: TRANSFORMER,
  aggregator: AGGREGATOR,
  'data-generator': DATA_GENERATOR,
} as const;

/** All that the page of settings is about, in its order. */
export const READERS: readonly Reader[] = [
  ...Object.entries(SERVICES).map(([name, settings]) => reader(name, settings, true)),
  reader('`npm run topics`', TOPIC_SETUP),
  reader('`npm run redrive`', REDRIVE),
  reader('`npm run positions`', POSITIONS),
  reader('`npm run transactions`', TRANSACTIONS),
];

function reader(name: string, { settings }: Concern<unknown>, isService = false): Reader {
  return { name, isService, settings };
}

/** Where the page of settings is. */
export const PAGE = new URL('../../../../docs/settings.md', import.meta.url);

/** @returns the page of settings, as it is declared */
export function page(): string {
  return settingsPage(
    `# Settings

All are environment variables, and all are optional. Secrets can be given as files. A value that is not as its column says
ends a service with 78, and the message names every one.`,
    READERS,
  );
}
