import { readdirSync, readFileSync } from 'node:fs';
import { Failure } from '@login-pipeline/command';

/** What a process has used so far. */
export interface Usage {
  /** Processor time, user and system, in microseconds. */
  readonly cpuUs: number;
  /** Resident memory now, in bytes. */
  readonly rssBytes: number;
}

/** The kernel counts in clock ticks, of which Linux shows programs 100 a second everywhere (USER_HZ). */
const US_PER_TICK = 10_000;
const PAGE_BYTES = 4096;
/** Fields of /proc/PID/stat counted from the third one, behind the name (man 5 proc_pid_stat). */
const FIELD = { group: 2, user: 11, system: 12, rss: 21 } as const;

/** Reads what a supervised program uses, from /proc. */
export class ProcessMeter {
  readonly #pids: readonly number[];

  /**
   * @param groupId the process group
   * @throws {Failure} where there is no /proc
   */
  constructor(groupId: number) {
    this.#pids = pidsOfGroup(groupId);
  }

  /** Processor time of all processes together, memory of the largest: the others are the shell that supervises it. */
  read(): Usage {
    let cpuUs = 0;
    let rssBytes = 0;
    for (const pid of this.#pids) {
      const fields = statFields(pid);
      if (fields === undefined) continue;
      cpuUs += (Number(fields[FIELD.user]) + Number(fields[FIELD.system])) * US_PER_TICK;
      rssBytes = Math.max(rssBytes, Number(fields[FIELD.rss]) * PAGE_BYTES);
    }
    return { cpuUs, rssBytes };
  }
}

/**
 * @returns the processes of a group, as the shell that supervises a program, and the program
 * @throws {Failure} where there is no /proc
 */
export function pidsOfGroup(groupId: number): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && Number(statFields(pid)?.[FIELD.group]) === groupId);
  } catch {
    throw new Failure('The bench reads CPU time and memory from /proc: run it on Linux.');
  }
}

/** @returns undefined when the process is gone */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold blanks and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
