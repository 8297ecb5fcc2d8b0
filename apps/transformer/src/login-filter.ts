import { concern, setting } from '@login-pipeline/config';
import type { SettingsOf } from '@login-pipeline/config';
import type { Login } from '@login-pipeline/schema';
import { APP_VERSIONS, appVersionWarnings } from './app-versions.ts';
import { versionFilter } from './version-filter.ts';

/** What decides which logins pass: a further filter is a setting here and a condition below. */
export const FILTERS = concern(
  {
    appVersions: setting('FILTER_APP_VERSIONS', {
      description:
        'Versions of the app whose logins pass, by one entry or another: see docs/records.md',
      format: APP_VERSIONS,
      default: '2.0.0',
    }),
  },
  { warnings: ({ appVersions }) => appVersionWarnings(appVersions) },
);

/** @returns whether a valid login goes on to the output; one that does not is dropped */
export function loginFilter({
  appVersions,
}: SettingsOf<typeof FILTERS>): (login: Login) => boolean {
  const passesVersion = versionFilter(appVersions);
  return (login) => passesVersion(login.app_version);
}
