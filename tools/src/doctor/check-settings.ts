import {
  kafkaWarnings,
  loadAggregatorSettings,
  loadGeneratorSettings,
  loadTransformerSettings,
  SettingsError,
} from '@login-pipeline/config';
import type { Environment, KafkaSettings } from '@login-pipeline/config';
import type { Check } from './check.ts';

const SERVICES: Readonly<Record<string, (env: Environment) => { readonly kafka: KafkaSettings }>> =
  {
    transformer: loadTransformerSettings,
    aggregator: loadAggregatorSettings,
    'data-generator': loadGeneratorSettings,
  };

/** @returns whether each service would take the settings, by the names of the variables and never by their values */
export function settingsChecks(env: Environment): readonly Check[] {
  return Object.entries(SERVICES).flatMap(([service, load]): readonly Check[] => {
    try {
      const warnings = kafkaWarnings(load(env).kafka);
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
