import { loadSettings, SettingsError } from '../index.ts';
import type { Concern, Environment, Fault } from '../index.ts';

/** @returns what is wrong in the environment for those who read the concern from it */
export function faultsOf(concern: Concern<object>, env: Environment): readonly Fault[] {
  try {
    loadSettings(concern, env);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}
