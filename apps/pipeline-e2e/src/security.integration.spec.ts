import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '@login-pipeline/command';
import { Authority, SILENT_SCOPE } from '@login-pipeline/embedded-kafka';
import { brokers } from './cluster.ts';
import { endedIn, refusal, START_FAILURE_MS } from './failed-start.ts';
import { MAX_REAUTH_MS, SecureKafka } from './secure-kafka.ts';
import { killServices, Service } from './service.ts';
import type { AppName, Settings } from './service.ts';
import { inGroups } from './side-by-side.ts';
import { waitFor } from './wait-for.ts';

/** What the test reads of the answers of `GET /flow` and `GET /insights`. */
interface Flow {
  readonly consumed: number;
  readonly emitted: number;
  readonly lag: number;
}
interface Insights {
  readonly total: number;
}

describe('a secure cluster', () => {
  let kafka: SecureKafka;
  let startedAt: number;
  const impostors: Server[] = [];
  /** Every way to authenticate in one pipeline, which runs as long as the tests do. */
  let generator: Service;
  let transformers: readonly Service[];
  let aggregators: readonly Service[];

  beforeAll(async () => {
    kafka = await SecureKafka.start();
    generator = await kafka.run('data-generator', 'scram-sha-256', { RATE: '50' });
    transformers = [
      await kafka.run('transformer', 'oauthbearer'),
      await kafka.run('transformer', 'oauthbearer', {
        KAFKA_SASL_OAUTHBEARER_SCOPE: SILENT_SCOPE,
      }),
      await kafka.run('transformer', 'mutual-tls'),
    ];
    aggregators = [
      await kafka.run('aggregator', 'scram-sha-512'),
      await kafka.run('aggregator', 'plain'),
    ];
    await Promise.all(
      [generator, ...transformers, ...aggregators].map((service) => service.ready()),
    );
    startedAt = performance.now();
  });
  afterAll(async () => {
    for (const server of impostors) server.close();
    await killServices();
    await kafka.stop();
  });

  describe('a service that cannot be let in tells which setting to look at, and exits with 69', () => {
    const failures: readonly (readonly [
      string,
      () => Settings | Promise<Settings>,
      RegExp,
      AppName?,
    ])[] = [
      [
        'plain text where TLS is spoken',
        () => without('scram-sha-512', /SSL/),
        /may want TLS \(KAFKA_SSL=true\)/,
      ],
      [
        'the same: aggregator',
        () => without('scram-sha-512', /SSL/),
        /may want TLS \(KAFKA_SSL=true\)/,
        'aggregator',
      ],
      [
        'the same: generator',
        () => without('scram-sha-512', /SSL/),
        /may want TLS \(KAFKA_SSL=true\)/,
        'data-generator',
      ],
      [
        'TLS where plain text is spoken',
        () => ({ ...kafka.settings('transformer', 'plain'), KAFKA_BROKERS: brokers() }),
        /does not speak TLS.*KAFKA_SSL=true/,
      ],
      [
        'authentication where none is wanted',
        () => ({ ...without('plain', /SSL/), KAFKA_BROKERS: brokers() }),
        /wants no authentication there: KAFKA_SASL_MECHANISM/,
      ],
      [
        'no authentication',
        () => without('plain', /SASL/),
        /may want authentication \(KAFKA_SASL_MECHANISM\)/,
      ],
      [
        'a wrong password, PLAIN',
        () => wrongPassword('plain'),
        /refuses KAFKA_SASL_USERNAME with KAFKA_SASL_PASSWORD/,
      ],
      [
        'a wrong password, SCRAM',
        () => wrongPassword('scram-sha-256'),
        /refuses KAFKA_SASL_USERNAME with KAFKA_SASL_PASSWORD/,
      ],
      [
        'a wrong client secret',
        () => wrongSecret(),
        /answers 400 invalid_client.*KAFKA_SASL_OAUTHBEARER_CLIENT_ID and _CLIENT_SECRET/,
      ],
      [
        'no token endpoint',
        () => noEndpoint(),
        /No token could be had.*KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL.*ECONNREFUSED/,
      ],
      [
        'an authority that no broker trusts',
        () => without('mutual-tls', /CA_FILE/),
        /set KAFKA_SSL_CA_FILE/,
      ],
      [
        'another authority than the trusted one',
        () => otherAuthority(),
        /none of the authorities in KAFKA_SSL_CA_FILE/,
      ],
      [
        'an expired certificate',
        () => impostor({ notAfter: new Date(Date.now() - 1_000) }),
        /has expired/,
      ],
      [
        'a certificate for another host',
        () => impostor({ hosts: ['other.example'] }),
        /other host names than the one in KAFKA_BROKERS.*other\.example/,
      ],
      [
        'no client certificate',
        () => without('mutual-tls', /CERT|KEY/),
        /set KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE/,
      ],
      [
        'a client certificate of no known user',
        () => foreignCertificate(),
        /refuses the client certificate in KAFKA_SSL_CERT_FILE/,
      ],
    ];

    it.each(inGroups(failures))('%s', async (_, group) => {
      await Promise.all(
        group.map(async ([, settings, message, app = 'transformer']) => {
          const service = await Service.start(app, await settings());
          expect(await refusal(service, START_FAILURE_MS)).toMatch(message);
          expectNoSecret(service);
        }),
      );
    });

    function without(way: Parameters<SecureKafka['settings']>[1], names: RegExp): Settings {
      const settings = Object.entries(kafka.settings('transformer', way));
      return Object.fromEntries(settings.filter(([name]) => !names.test(name)));
    }

    function wrongPassword(way: 'plain' | 'scram-sha-256'): Settings {
      const KAFKA_SASL_PASSWORD_FILE = kafka.write('wrong-password', 'open sesame');
      return { ...kafka.settings('transformer', way), KAFKA_SASL_PASSWORD_FILE };
    }

    function wrongSecret(): Settings {
      const name = 'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE';
      const path = kafka.write('wrong-secret', 'open sesame');
      return { ...kafka.settings('transformer', 'oauthbearer'), [name]: path };
    }

    async function noEndpoint(): Promise<Settings> {
      const [port = 0] = await freePorts(1);
      const url = `http://127.0.0.1:${port}/token`;
      const settings = kafka.settings('transformer', 'oauthbearer');
      return { ...settings, KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: url };
    }

    async function otherAuthority(): Promise<Settings> {
      const { certificate } = await Authority.create();
      const KAFKA_SSL_CA_FILE = kafka.write('other-ca.crt', certificate);
      return { ...kafka.settings('transformer', 'scram-sha-512'), KAFKA_SSL_CA_FILE };
    }

    async function foreignCertificate(): Promise<Settings> {
      return kafka.certified('transformer', await Authority.create());
    }
  });

  /** @returns settings that lead to a server whose certificate is not right */
  async function impostor(flaw: { notAfter?: Date; hosts?: readonly string[] }): Promise<Settings> {
    const identity = await kafka.files.authority.issue({ commonName: 'broker', ...flaw });
    const server = createServer(identity);
    impostors.push(server);
    server.on('tlsClientError', () => undefined);
    const [port = 0] = await freePorts(1);
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    const settings = kafka.settings('transformer', 'scram-sha-512');
    return { ...settings, KAFKA_BROKERS: `localhost:${port}` };
  }

  it('sessions and tokens end again and again, and no record shows it', async () => {
    const lifetimes = 3 * MAX_REAUTH_MS;
    await waitFor(
      'several lifetimes of sessions and tokens',
      () => performance.now() - startedAt > lifetimes,
      lifetimes,
    );
    for (const scope of ['', SILENT_SCOPE]) {
      expect(kafka.files.tokens.issued(scope)).toBeGreaterThanOrEqual(3);
    }
    expect(await generator.stop()).toBe(0);
    await expectAllProcessed();
  });

  it('authority, certificates and passwords are replaced, and no service starts again', async () => {
    const oldAuthority = join(kafka.folder, 'old-ca.crt');
    copyFileSync(kafka.files.path('ca.crt'), oldAuthority);
    await kafka.rotate();
    const outdated = await kafka.run('data-generator', 'plain', {
      KAFKA_SSL_CA_FILE: oldAuthority,
    });
    expect(await refusal(outdated, START_FAILURE_MS)).toMatch(/none of the authorities/);

    const next = await kafka.run('data-generator', 'mutual-tls', { RATE: '0', COUNT: '1000' });
    expect(await endedIn(next, START_FAILURE_MS)).toBe(0);
    await expectAllProcessed();
    for (const service of [...transformers, ...aggregators]) {
      expect(service.exit).toBeUndefined();
      expect(service.output).toContain('TLS files changed');
      expectNoSecret(service);
    }
  });

  /** Every login written is consumed, and every one that passed is in the insights of every replica. */
  async function expectAllProcessed(): Promise<void> {
    const ended = [...transformers, ...aggregators].filter(({ exit }) => exit !== undefined);
    expect(ended.map(({ output }) => output)).toEqual([]);
    for (const aggregator of aggregators) {
      await aggregator.until('everything', async () => {
        const flow = await answer<Flow>(aggregator, '/flow');
        const insights = await answer<Insights>(aggregator, '/insights');
        return flow.lag === 0 && flow.consumed > 0 && insights.total === flow.emitted;
      });
    }
  }

  function expectNoSecret({ output }: Service): void {
    for (const secret of kafka.secrets()) expect(output).not.toContain(secret);
    expect(output).not.toContain('open sesame');
    expect(output).not.toContain('PRIVATE KEY');
    expect(output).not.toContain('"stack"');
  }
});

async function answer<T>(service: Service, path: string): Promise<T> {
  return (await (await service.get(path)).json()) as T;
}
