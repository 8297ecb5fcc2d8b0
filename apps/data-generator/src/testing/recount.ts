import { canonicalDeviceType, decodeLogin, eventTimeMs } from '@login-pipeline/schema';
import type { LoginCounts } from '../truth.ts';

/**
 * What a reader of the topic counts, by the contract alone.
 *
 * @param only the one app version to count; default: all
 */
export function recount(values: readonly (Buffer | null)[], only?: string): LoginCounts {
  const counts = {
    total: 0,
    deviceTypes: {} as Record<string, number>,
    locales: {} as Record<string, number>,
    minutes: {} as Record<string, number>,
  };
  for (const value of values) {
    const login = decodeLogin(value);
    if (typeof login === 'string' || (only !== undefined && login.app_version !== only)) continue;
    const minute = `${new Date(eventTimeMs(login)).toISOString().slice(0, 16)}Z`;
    const deviceType = canonicalDeviceType(login.device_type);
    counts.total++;
    counts.deviceTypes[deviceType] = (counts.deviceTypes[deviceType] ?? 0) + 1;
    counts.locales[login.locale] = (counts.locales[login.locale] ?? 0) + 1;
    counts.minutes[minute] = (counts.minutes[minute] ?? 0) + 1;
  }
  return counts;
}
