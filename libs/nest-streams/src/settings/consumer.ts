import { milliseconds, setting, TEXT } from '@login-pipeline/config';
import type { Fault, Setting, TextOf } from '@login-pipeline/config';
import { TOPIC } from './formats.ts';

export const STALL_TIMEOUT = milliseconds(
  'STALL_TIMEOUT_MS',
  60_000,
  'How long a partition with unread records may stand still before the service exits with 75',
);

/** @returns a setting that names a topic */
export function topic(name: string, description: string, defaultTopic: string): Setting<string> {
  return setting(name, { description, format: TOPIC, default: defaultTopic });
}

/** @returns a setting that names a consumer group */
export function group(defaultGroup: string): Setting<string> {
  return setting('GROUP_ID', {
    description: 'Consumer group, exactly as the broker shows it',
    format: TEXT,
    default: defaultGroup,
  });
}

/** A service that writes a topic it reads, or two kinds of records to one topic, feeds on itself. */
export function distinctTopics(...names: readonly string[]): (text: TextOf) => readonly Fault[] {
  return (text) =>
    names.flatMap((name, index) =>
      names
        .slice(0, index)
        .filter((earlier) => text(earlier) === text(name))
        .map((earlier) => ({ name, problem: `must differ from ${earlier}` })),
    );
}
