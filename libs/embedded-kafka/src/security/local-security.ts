import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Authority } from './authority.ts';
import { startTokenServer, TOKEN_ISSUER } from './token-server.ts';
import type { TokenServer } from './token-server.ts';

/** Who may use a secure cluster: the services, and an administrator who may do everything. */
export const USERS = ['transformer', 'aggregator', 'data-generator', 'admin'] as const;
export type User = (typeof USERS)[number];

/** How a user can prove who it is; all of them over TLS. */
export const WAYS = [
  'plain',
  'scram-sha-256',
  'scram-sha-512',
  'oauthbearer',
  'mutual-tls',
] as const;
export type Way = (typeof WAYS)[number];

export interface SecurityOptions {
  /** After this long every connection has to authenticate anew (KIP-368). Default: never. */
  readonly maxReauthMs?: number;
  /** How long a token is valid. Default: an hour. */
  readonly tokenLifetimeSeconds?: number;
  /** Port of the token endpoint. Default: a free one. */
  readonly tokenPort?: number | undefined;
}

/** Addresses of a cluster, `host:port,…` each. */
export interface SecureAddresses {
  readonly sasl: string;
  readonly mutualTls: string;
}

const HOUR_SECONDS = 3600;
const PACKAGE = 'org.apache.kafka.common.security';

/** What a secure cluster on this machine and its users need to trust each other: all in the files of one folder. */
export class LocalSecurity {
  readonly folder: string;
  /** Trusted by the brokers; issues what tests need besides. */
  authority: Authority;
  readonly tokens: TokenServer;
  readonly #options: SecurityOptions;

  private constructor(
    folder: string,
    authority: Authority,
    tokens: TokenServer,
    options: SecurityOptions,
  ) {
    this.folder = folder;
    this.authority = authority;
    this.tokens = tokens;
    this.#options = options;
  }

  /** Makes certificates and keys anew, and passwords where there are none, and starts the token endpoint. */
  static async create(folder: string, options: SecurityOptions): Promise<LocalSecurity> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const tokens = await startTokenServer({
      port: options.tokenPort,
      lifetimeSeconds: options.tokenLifetimeSeconds ?? HOUR_SECONDS,
      secretOf: (client) => security.#secretOf(client),
    });
    const security = new LocalSecurity(folder, await Authority.create(), tokens, options);
    security.#write('jwks.json', tokens.keySet);
    for (const user of USERS) {
      for (const kind of ['password', 'scram-password', 'client-secret']) {
        if (!existsSync(security.path(`${user}.${kind}`))) security.#writeSecret(`${user}.${kind}`);
      }
    }
    await security.#writeCertificates();
    return security;
  }

  /** @returns the path of a file in the folder */
  path(name: string): string {
    return join(this.folder, name);
  }

  /**
   * Replaces the authority, every certificate and the passwords of PLAIN; those of SCRAM are in the cluster's metadata.
   * Brokers follow when they are started again.
   */
  async renew(): Promise<void> {
    this.authority = await Authority.create();
    for (const user of USERS) this.#writeSecret(`${user}.password`);
    await this.#writeCertificates();
  }

  /** @returns arguments that make Kafka's StorageTool create the users of SCRAM */
  formatArguments(): readonly string[] {
    return USERS.flatMap((user) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${user},password=${this.#read(`${user}.scram-password`)}]`,
      ]),
    );
  }

  /** The key set may be read by the brokers' token validator, which trusts no file or URL by itself. */
  javaOptions(): readonly string[] {
    return [
      `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${this.#keySetUrl}`,
      `-Dorg.apache.kafka.sasl.oauthbearer.allowed.files=${this.path('jwks.json')}`,
    ];
  }

  /**
   * @returns broker settings besides the listeners: TLS everywhere, certificates between the nodes, five ways to
   * authenticate, and nothing allowed that no ACL allows
   */
  serverProperties(): Readonly<Record<string, string | number>> {
    const listener = 'listener.name.sasl_ssl';
    const oauth = `${listener}.oauthbearer.sasl`;
    const passwords = USERS.map((user) => `user_${user}="${this.#read(`${user}.password`)}"`);
    return {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': this.path('broker.pem'),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': this.path('ca.crt'),
      'listener.name.mtls.ssl.client.auth': 'required',
      'listener.name.controller.ssl.client.auth': 'required',
      'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      [`${listener}.plain.sasl.jaas.config`]: `${PACKAGE}.plain.PlainLoginModule required ${passwords.join(' ')};`,
      [`${listener}.scram-sha-256.sasl.jaas.config`]: `${PACKAGE}.scram.ScramLoginModule required;`,
      [`${listener}.scram-sha-512.sasl.jaas.config`]: `${PACKAGE}.scram.ScramLoginModule required;`,
      [`${oauth}.jaas.config`]: `${PACKAGE}.oauthbearer.OAuthBearerLoginModule required;`,
      [`${oauth}.server.callback.handler.class`]: `${PACKAGE}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
      [`${oauth}.oauthbearer.jwks.endpoint.url`]: this.#keySetUrl,
      [`${oauth}.oauthbearer.expected.issuer`]: TOKEN_ISSUER,
      [`${oauth}.oauthbearer.expected.audience`]: TOKEN_ISSUER,
      'connections.max.reauth.ms': this.#options.maxReauthMs ?? 0,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': 'false',
      'super.users': 'User:broker;User:admin',
    };
  }

  /** @returns the settings with which a service, or `npm run topics`, uses the cluster */
  settings(user: User, way: Way, addresses: SecureAddresses): Readonly<Record<string, string>> {
    const tls = { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: this.path('ca.crt') };
    if (way === 'mutual-tls') {
      return {
        KAFKA_BROKERS: addresses.mutualTls,
        ...tls,
        KAFKA_SSL_CERT_FILE: this.path(`${user}.crt`),
        KAFKA_SSL_KEY_FILE: this.path(`${user}.key`),
      };
    }
    const sasl = { KAFKA_BROKERS: addresses.sasl, ...tls, KAFKA_SASL_MECHANISM: way };
    if (way === 'oauthbearer') {
      return {
        ...sasl,
        KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: this.tokens.url,
        KAFKA_SASL_OAUTHBEARER_CLIENT_ID: user,
        KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE: this.path(`${user}.client-secret`),
      };
    }
    const file = way === 'plain' ? `${user}.password` : `${user}.scram-password`;
    return { ...sasl, KAFKA_SASL_USERNAME: user, KAFKA_SASL_PASSWORD_FILE: this.path(file) };
  }

  /** Writes a file `<user>.<way>.env` with {@link settings} for every user and way. */
  writeSettings(addresses: SecureAddresses): void {
    for (const user of USERS) {
      for (const way of WAYS) {
        const settings = Object.entries(this.settings(user, way, addresses));
        const lines = settings.map(([name, value]) => `${name}=${value}\n`);
        this.#write(`${user}.${way}.env`, lines.join(''));
      }
    }
  }

  async #writeCertificates(): Promise<void> {
    const broker = await this.authority.issue({ commonName: 'broker' });
    this.#write('broker.pem', `${broker.key}\n${broker.cert}\n`);
    for (const user of USERS) {
      const { cert, key } = await this.authority.issue({ commonName: user });
      this.#write(`${user}.crt`, cert);
      this.#write(`${user}.key`, key);
    }
    this.#write('ca.crt', this.authority.certificate);
  }

  get #keySetUrl(): string {
    return pathToFileURL(this.path('jwks.json')).href;
  }

  #secretOf(client: string): string | undefined {
    return (USERS as readonly string[]).includes(client)
      ? this.#read(`${client}.client-secret`)
      : undefined;
  }

  #read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  #write(name: string, content: string): void {
    writeFileSync(this.path(name), content, { mode: 0o600 });
  }

  #writeSecret(name: string): void {
    this.#write(name, randomBytes(18).toString('base64url'));
  }
}
