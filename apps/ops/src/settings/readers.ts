import { SETTINGS as AGGREGATOR } from '@login-pipeline/aggregator/settings';
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

/** All that the table of settings is about, in its order. */
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
