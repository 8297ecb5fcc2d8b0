import { integer } from './formats.ts';
import { setting } from './setting.ts';
import type { Setting } from './setting.ts';

/** Longer than an hour is a mistake in the unit. */
const MAX_MS = 3_600_000;

/** @returns a setting in milliseconds, at most an hour */
export function milliseconds(
  name: string,
  defaultMs: number,
  description: string,
  min = 1,
): Setting<number> {
  return setting(name, { description, format: integer(min, MAX_MS), default: String(defaultMs) });
}
