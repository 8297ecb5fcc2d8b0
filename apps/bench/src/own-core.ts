import { spawnSync } from 'node:child_process';
import { cpus, getPriority, setPriority } from 'node:os';
import { Failure } from '@login-pipeline/command';
import { pidsOfGroup } from './process-meter.ts';

const FIRST_OF_ALL = -20;

/**
 * Runs work while the event loop of a service has a core that nothing else of the bench uses, and the bench comes before
 * the broker on the others: as if client, broker and service were machines of their own. Else answers that wait for the
 * threads of a broker are taken for slow ones.
 *
 * @param service its process group
 * @param broker its process group
 * @throws {Failure} where there is one core, or no taskset
 */
export async function onOwnCore<Result>(
  service: number,
  broker: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const last = cpus().length - 1;
  if (last < 1) throw new Failure('This suite gives a service a core of its own: it needs two.');
  const others = [...pidsOfGroup(broker), process.pid];
  const served = pidsOfGroup(service);
  for (const pid of [...others, ...served]) confine(pid, `0-${last - 1}`, ['-a']);
  // The event loop of Node is the thread whose id is that of the process.
  for (const pid of served) confine(pid, String(last));
  const priority = getPriority();
  prefer(FIRST_OF_ALL);
  try {
    return await work();
  } finally {
    prefer(priority);
    for (const pid of others) confine(pid, `0-${last}`, ['-a']);
  }
}

/** @param options `-a`: all threads of the process, not only the first */
function confine(pid: number, cores: string, options: readonly string[] = []): void {
  const { error } = spawnSync('taskset', [...options, '-p', '-c', cores, String(pid)]);
  if (error !== undefined) {
    throw new Failure(
      'This suite gives a service a core of its own by taskset: install util-linux.',
    );
  }
}

/** Where the user may not, figures have the waits of the bench itself in them. */
function prefer(priority: number): void {
  try {
    setPriority(priority);
  } catch {
    // EACCES: only the superuser may.
  }
}
