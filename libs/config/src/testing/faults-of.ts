import {
  loadAggregatorSettings,
  loadGeneratorSettings,
  loadTopicSettings,
  loadTransformerSettings,
  SettingsError,
} from '../index.ts';
import type { Environment, Fault } from '../index.ts';

export const LOADERS = {
  transformer: loadTransformerSettings,
  aggregator: loadAggregatorSettings,
  generator: loadGeneratorSettings,
  topics: loadTopicSettings,
};
export type Service = keyof typeof LOADERS;

/** @returns what the service finds wrong in the environment */
export function faultsOf(service: Service, env: Environment): readonly Fault[] {
  try {
    LOADERS[service](env);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}
