import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runCommand, say } from '@login-pipeline/command';

const ROOT = join(import.meta.dirname, '..', '..');
/** What lower ones mean for a service that no browser or stranger reaches is seldom worth a broken build. */
const WORST = ['high', 'critical'] as const;

/** What we read of `npm audit --json`. */
interface AuditReport {
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
}

/** What we read of `npm audit signatures --json`. */
interface SignatureReport {
  readonly invalid?: readonly { readonly name: string }[];
  readonly missing?: readonly { readonly name: string }[];
}

/** Of the installed packages: known holes, and signatures that are wrong. Loud, but no failure, when the registry does not answer. */
await runCommand(() => Promise.resolve(holes() + badSignatures() === 0 ? 0 : 1));

function holes(): number {
  const { metadata } = npm<AuditReport>('audit');
  if (metadata === undefined) return notDone('npm audit');
  const counts = WORST.map((level) => `${metadata.vulnerabilities[level] ?? 0} ${level}`);
  say(`npm audit: ${counts.join(', ')}`);
  return WORST.reduce((sum, level) => sum + (metadata.vulnerabilities[level] ?? 0), 0);
}

function badSignatures(): number {
  const { invalid, missing } = npm<SignatureReport>('audit', 'signatures');
  if (invalid === undefined || missing === undefined) return notDone('npm audit signatures');
  const bad = [...invalid, ...missing].map(({ name }) => name);
  say(`npm audit signatures: ${bad.length === 0 ? 'all right' : `not right: ${bad.join(', ')}`}`);
  return bad.length;
}

/** @returns nothing when npm printed no JSON */
function npm<T extends object>(...args: readonly string[]): Partial<T> {
  const { stdout, error } = spawnSync('npm', [...args, '--json'], { cwd: ROOT, encoding: 'utf8' });
  if (error !== undefined) throw error;
  try {
    return JSON.parse(stdout) as Partial<T>;
  } catch {
    return {};
  }
}

function notDone(check: string): 0 {
  say(`WARNING: "${check}" WAS NOT DONE: the registry does not answer it. Nothing is known.`);
  return 0;
}
