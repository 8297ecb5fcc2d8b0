import {
  appVersionWarnings,
  kafkaWarnings,
  loadAggregatorSettings,
  loadGeneratorSettings,
  loadTransformerSettings,
  SettingsError,
} from '@login-pipeline/config';
import type { Environment } from '@login-pipeline/config';
import type { Check } from './check.ts';

/** By service: what is unwise about its settings. */
const SERVICES: Readonly<Record<string, (env: Environment) => readonly string[]>> = {
  transformer: (env) => {
    const { kafka, filterAppVersions } = loadTransformerSettings(env);
    return [...kafkaWarnings(kafka), ...appVersionWarnings(filterAppVersions)];
  },
  aggregator: (env) => kafkaWarnings(loadAggregatorSettings(env).kafka),
  'data-generator': (env) => kafkaWarnings(loadGeneratorSettings(env).kafka),
};

/** @returns whether each service would take the settings, by the names of the variables and never by their values */
export function settingsChecks(env: Environment): readonly Check[] {
  return Object.entries(SERVICES).flatMap(([service, warningsOf]): readonly Check[] => {
    try {
      const warnings = warningsOf(env);
      if (warnings.length === 0) return [{ state: 'ok', what: `settings of the ${service}` }];
      return warnings.map((warning) => ({ state: 'look', what: `${service}: ${warning}` }));
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      return error.faults.map(({ name, problem }) => ({
        state: 'mend',
        what: `settings of the ${service}: ${name}`,
        fix: problem,
      }));
    }
  });
}
