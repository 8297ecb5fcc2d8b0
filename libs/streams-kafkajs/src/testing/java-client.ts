import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PROGRAM = join(import.meta.dirname, '../record-batch/testing/JavaRecords.java');
const JARS = join(import.meta.dirname, '../../../../.kafka');

/**
 * Whether Kafka's Java client can be run. A Java without a compiler runs brokers, but not this, and
 * the program is written for the newest release: otherwise the golden bytes of the unit tests have to do.
 */
export const HAS_JAVA_CLIENT =
  process.env['TEST_KAFKA_RELEASE'] === undefined &&
  spawnSync('java', ['--describe-module', 'jdk.compiler']).status === 0;

/** Runs Kafka's own client, see JavaRecords.java. */
export class JavaClient {
  readonly #classes: string;
  readonly #brokers: string;

  private constructor(classes: string, brokers: string) {
    this.#classes = classes;
    this.#brokers = brokers;
  }

  /** Compiles it. */
  static async make(brokers = process.env['TEST_KAFKA_BROKERS'] ?? ''): Promise<JavaClient> {
    const classes = mkdtempSync(join(tmpdir(), 'java-records-'));
    const javac = ['-m', 'jdk.compiler/com.sun.tools.javac.Main', '-cp', jars(), '-d', classes];
    await promisify(execFile)('java', [...javac, PROGRAM]);
    return new JavaClient(classes, brokers);
  }

  /** @returns the batch of records, in hex */
  async encode(records: readonly string[]): Promise<string> {
    return (await this.#run(['encode'], records)).join();
  }

  /** Writes to partition 0, the second half in a transaction. */
  async produce(topic: string, compression: string, records: readonly string[]): Promise<void> {
    await this.#run(['produce', this.#brokers, topic, compression], records);
  }

  /** @returns the committed records of partition 0 */
  consume(topic: string, count: number): Promise<string[]> {
    return this.#run(['consume', this.#brokers, topic, String(count)]);
  }

  close(): void {
    rmSync(this.#classes, { recursive: true });
  }

  async #run(args: readonly string[], lines: readonly string[] = []): Promise<string[]> {
    const classPath = `${this.#classes}:${jars()}`;
    const running = promisify(execFile)('java', ['-cp', classPath, 'JavaRecords', ...args], {
      maxBuffer: 64 * 1024 * 1024,
    });
    running.child.stdin?.end(lines.map((line) => `${line}\n`).join(''));
    const { stdout } = await running;
    return stdout.split('\n').filter((line) => line !== '');
  }
}

/** @returns the jars of the embedded broker, for the class path */
function jars(): string {
  const folder = readdirSync(JARS).find((name) => /^jars-[0-9a-f]+$/.test(name));
  if (folder === undefined) throw new Error('The jars are missing: "npm run kafka" fetches them');
  const path = join(JARS, folder);
  return readdirSync(path)
    .map((name) => join(path, name))
    .join(':');
}
