import { describe, expect, it } from '@jest/globals';
import { compose, loadSettings } from '@login-pipeline/config';
import type { Environment } from '@login-pipeline/config';
import { faultsOf, memberOf } from '@login-pipeline/config/testing';
import { http, LOG, TRACES } from './settings.ts';

const SERVICE = compose({ http: http(3001), log: LOG, traces: TRACES });

describe('A valid value', () => {
  it.each<[Environment, string, unknown]>([
    [{ HTTP_HOST: '::1' }, 'http.host', '::1'],
    [{ HTTP_PORT: '0' }, 'http.port', 0],
    [{ HTTP_PORT: ' 65535 ' }, 'http.port', 65_535],
    [{ HTTP_PORT: '' }, 'http.port', 3001],
    [{ LOG_LEVEL: 'trace' }, 'log.level', 'trace'],
    [
      { HTTP_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8,::1' },
      'http.trustedProxies',
      ['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::1'],
    ],
  ])('%j is at %s', (env, path, expected) => {
    expect(memberOf(loadSettings(SERVICE, env), path)).toEqual(expected);
  });
});

describe('A wrong value', () => {
  it.each<[string, readonly string[]]>([
    [
      'HTTP_TRUSTED_PROXIES',
      [
        'proxy',
        '10.0.0.0/33',
        '10.0.0.0/',
        '::1/129',
        '10.0.0.1,',
        '*',
        '10.0.0.0/8/8',
        'fe80::1%1',
      ],
    ],
    ['HTTP_PORT', ['-1', '65536', '80.5', '0x50', 'http', '1e3']],
    ['LOG_LEVEL', ['silent', 'INFO', 'verbose']],
  ])('of %s is refused by its name', (name, values) => {
    for (const value of values) {
      const faults = faultsOf(SERVICE, { [name]: value });
      expect(faults.map((fault) => `${fault.name} (${value})`)).toEqual([`${name} (${value})`]);
      expect(faults[0]?.problem).toMatch(/^expected /);
    }
  });
});
