import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrokerNode } from '@login-pipeline/embedded-kafka';

/**
 * No file of the broker's process can grow any more, as on a full disk (RLIMIT_FSIZE); a new process is free of it.
 * Needs Linux, and nothing but its own rights.
 */
export function fillDisk({ pid }: BrokerNode): () => void {
  // The group's first process is the supervisor, its children are the broker and a watcher.
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  for (const child of children) execFileSync('prlimit', ['--pid', child, '--fsize=1:']);
  return () => undefined;
}

/** The broker's records can be read and not be written; needs root and a file system that knows the attribute. */
export function makeReadOnly({ logDir }: BrokerNode): () => void {
  const segments = readdirSync(logDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(logDir, name));
  execFileSync('chattr', ['+i', ...segments]);
  return () => {
    execFileSync('chattr', ['-i', ...segments]);
  };
}
