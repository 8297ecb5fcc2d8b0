import { loadSettings, SettingsError } from '@login-pipeline/config';
import type { Concern, Environment } from '@login-pipeline/config';
import { SERVICES } from '../settings/readers.ts';
import type { Check } from './check.ts';

/** @returns whether each service would take the settings, by the names of the variables and never by their values */
export function settingsChecks(env: Environment): readonly Check[] {
  return Object.entries<Concern<object>>(SERVICES).flatMap(([service, declared]) =>
    checksOf(service, declared, env),
  );
}

function checksOf(service: string, declared: Concern<object>, env: Environment): readonly Check[] {
  try {
    const warnings = declared.warnings(loadSettings(declared, env));
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
}
