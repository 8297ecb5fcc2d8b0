import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Failure } from '@login-pipeline/command';

/**
 * Refuses a node's folder that a living broker uses. Kafka's own lock comes too late: a node that is broker and
 * controller in one has written to the metadata log by then, and the log is damaged for both.
 *
 * @param folder of the node's records
 * @throws {Failure} when another broker uses it
 */
export function refuseOwnedFolder(folder: string): void {
  const file = ownerFile(folder);
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
  if (owner === undefined || !isAlive(owner)) return;
  throw new Failure(
    `The data folder ${folder} is in use by another broker, process group ${owner}. Stop that one first, or take another folder; if it is no broker, remove ${file}.`,
  );
}

/** Notes whose folder it is. */
export function ownFolder(folder: string, processGroup: number): void {
  writeFileSync(ownerFile(folder), String(processGroup));
}

/** Takes the note back when the broker has ended. One that is killed with us leaves it, to no harm. */
export function disownFolder(folder: string): void {
  rmSync(ownerFile(folder), { force: true });
}

function ownerFile(folder: string): string {
  return `${folder}.pid`;
}

function isAlive(processGroup: number): boolean {
  try {
    return processGroup > 0 && process.kill(-processGroup, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}
