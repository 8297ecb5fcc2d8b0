import { createContext } from 'preact';
import { ALL_TIME } from '../period.ts';
import type { Period } from '../period.ts';

/** The period that all cards show. */
export const Chosen = createContext<Period>(ALL_TIME);
