import { expect, it } from '@jest/globals';
import { settingsChecks } from './check-settings.ts';

it('settings are checked for each service, and named where they are wrong, never shown', () => {
  const checks = settingsChecks({ FILTER_APP_VERSIONS: '>=2 <', RATE: 'fast' });
  expect(checks).toEqual([
    {
      state: 'mend',
      what: 'settings of the transformer: FILTER_APP_VERSIONS',
      fix: expect.stringMatching(/^expected/) as unknown,
    },
    { state: 'ok', what: 'settings of the aggregator' },
    {
      state: 'mend',
      what: 'settings of the data-generator: RATE',
      fix: expect.stringMatching(/^expected/) as unknown,
    },
  ]);
  expect(JSON.stringify(checks)).not.toContain('fast');
});

it('what is unwise is worth a look', () => {
  const env = {
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'ann',
    KAFKA_SASL_PASSWORD: 's3cret',
    FILTER_APP_VERSIONS: 'nightly',
  };
  const [connection, filter] = settingsChecks(env);
  expect(connection).toEqual({
    state: 'look',
    what: expect.stringContaining('unencrypted') as unknown,
  });
  expect(filter).toEqual({
    state: 'look',
    what: expect.stringMatching(/^transformer: FILTER_APP_VERSIONS: `nightly`/) as unknown,
  });
});
