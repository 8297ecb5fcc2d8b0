import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startKafka } from '@login-pipeline/embedded-kafka';
import type {
  KafkaRelease,
  LocalSecurity,
  RunningKafka,
  SecureAccess,
  User,
  Way,
} from '@login-pipeline/embedded-kafka';
import type { Access } from './cluster.ts';
import { Service } from './service.ts';
import type { AppName, Settings } from './service.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** One right, as the files in deploy/kafka have it. */
export interface AclEntry {
  readonly principal: string;
  readonly resource: string;
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
  readonly operation: string;
}

/** @returns the rights in a file of deploy/kafka */
export function aclsIn(file: string): readonly AclEntry[] {
  return JSON.parse(readFileSync(aclFile(file), 'utf8')) as readonly AclEntry[];
}

function aclFile(name: string): string {
  return join(ROOT, 'deploy', 'kafka', name);
}

/** Sessions end soon, so that a test lives through several. kafkajs authenticates anew 10 s before that. */
export const MAX_REAUTH_MS = 12_000;
/** A token is renewed after half of it, and then has more left than those 10 s. */
const TOKEN_LIFETIME_SECONDS = 24;

/** The built commands for operators. */
const BUILT_COMMANDS = join(ROOT, 'dist/apps/ops/main.js');

/** Runs one of them. @returns what it says; @throws what it ended with, as execFile does */
export async function runTool(
  tool: 'topics' | 'redrive' | 'positions' | 'transactions' | 'doctor',
  args: readonly string[],
  settings: Settings,
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [BUILT_COMMANDS, tool, ...args], {
    env: { ...settings },
  });
  return stdout;
}

/** A broker that lets no client in without proof, and do nothing that no ACL allows. */
export class SecureKafka {
  readonly #kafka: RunningKafka;
  readonly #access: SecureAccess;
  /** For files of tests. */
  readonly folder = mkdtempSync(join(tmpdir(), 'login-pipeline-secure-'));

  private constructor(kafka: RunningKafka, access: SecureAccess) {
    this.#kafka = kafka;
    this.#access = access;
  }

  /** Starts it with the pipeline's topics and the ACLs of the repository. */
  static async start(release: KafkaRelease = {}): Promise<SecureKafka> {
    const kafka = await startKafka({
      ...release,
      secure: { maxReauthMs: MAX_REAUTH_MS, tokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS },
    });
    if (kafka.security === undefined) throw new Error('The broker is not secure');
    const secure = new SecureKafka(kafka, kafka.security);
    await secure.grant(aclFile('acls.json'));
    return secure;
  }

  get files(): LocalSecurity {
    return this.#access.files;
  }

  /** Grants the rights in a file, as an administrator would: with the command. @returns what it says */
  async grant(file: string): Promise<string> {
    return runTool('topics', ['--acls', file], this.settings('admin', 'scram-sha-512'));
  }

  /**
   * Makes users each of whom has all these rights but one.
   *
   * @returns the users' names with the right that each lacks
   */
  async grantAllButOne(
    prefix: string,
    entries: readonly AclEntry[],
    others: readonly AclEntry[] = [],
  ): Promise<readonly (readonly [name: string, lacks: AclEntry])[]> {
    const users = entries.map((entry, index) => [`${prefix}-without-${index}`, entry] as const);
    const acls = users.flatMap(([name, lacks]) =>
      [...entries, ...others]
        .filter((entry) => entry.principal === lacks.principal && entry !== lacks)
        .map((entry) => ({ ...entry, principal: `User:${name}` })),
    );
    const said = await this.grant(this.write(`${prefix}.json`, JSON.stringify(acls)));
    if (!said.includes(`granted ${acls.length} of ${acls.length} rights`)) throw new Error(said);
    return users;
  }

  settings(user: User, way: Way): Settings {
    return this.#access.settings(user, way);
  }

  /** @returns how the tests' clients get in, by a user's certificate */
  access(user: User): Access {
    const [ca, cert, key] = ['ca.crt', `${user}.crt`, `${user}.key`].map((name) => {
      return readFileSync(this.files.path(name), 'utf8');
    });
    const { KAFKA_BROKERS: addresses = '' } = this.settings(user, 'mutual-tls');
    return { addresses, ssl: { ca, cert, key } };
  }

  /** Starts a service as its own user. */
  run(app: AppName, way: Way, settings: Settings = {}): Promise<Service> {
    return Service.start(app, { ...this.settings(app, way), ...settings });
  }

  /** Writes a client certificate. @returns the settings that show it to the brokers */
  async certified(
    commonName: string,
    authority: Pick<LocalSecurity['authority'], 'issue'> = this.files.authority,
  ): Promise<Settings> {
    const { cert, key } = await authority.issue({ commonName });
    return {
      ...this.settings('admin', 'mutual-tls'),
      KAFKA_SSL_CERT_FILE: this.write(`${commonName}.crt`, cert),
      KAFKA_SSL_KEY_FILE: this.write(`${commonName}.key`, key),
    };
  }

  /** @returns the path of a new file with that content */
  write(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** @returns everything that must not be seen anywhere: passwords and secrets */
  secrets(): readonly string[] {
    return ['password', 'scram-password', 'client-secret'].map((kind) =>
      readFileSync(this.files.path(`transformer.${kind}`), 'utf8'),
    );
  }

  /** Replaces authority, certificates and the passwords of PLAIN, and starts the broker again with them. */
  async rotate(): Promise<void> {
    const [node] = this.#kafka.nodes;
    await this.files.renew();
    await node?.stop();
    await node?.restart();
  }

  async stop(): Promise<void> {
    await this.#kafka.stop();
    rmSync(this.folder, { recursive: true });
  }
}
