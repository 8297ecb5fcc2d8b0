import { expect } from '@jest/globals';
import type { Exit, Service } from './service.ts';
import { waitFor } from './wait-for.ts';

/** A client gives up within seconds; some start side by side. */
export const START_FAILURE_MS = 30_000;

interface LogLine {
  readonly level: string;
  readonly msg: string;
}

/**
 * @param meanwhile done again and again until the end
 * @returns how the service ended
 * @throws Error with its log when it did not within the deadline
 */
export async function endedIn(
  service: Service,
  deadlineMs: number,
  meanwhile: () => void = () => undefined,
): Promise<Exit> {
  const exit = (): Exit | undefined => {
    if (service.exit === undefined) meanwhile();
    return service.exit;
  };
  try {
    return await waitFor(`the end of the ${service.app}`, exit, deadlineMs);
  } catch (error) {
    throw new Error(`The ${service.app} goes on. Its log:\n${service.output}`, { cause: error });
  }
}

/** @returns the message of the one line that tells of an error; there must be no other, no warning and no stack */
export function fatalMessage(service: Service): string {
  expect(complaints(service)).toEqual([expect.objectContaining({ level: 'fatal' })]);
  return fatalMessageOf(service);
}

/**
 * Waits for the end of a service that is refused something.
 *
 * @returns the message of the one line that tells of the end; warnings may come before it, a stack may not
 */
export async function refusal(service: Service, deadlineMs: number): Promise<string> {
  const exit = await endedIn(service, deadlineMs);
  const { output } = service;
  // The output tells why, when it is another one.
  expect({ exit, output }).toEqual({ exit: 69, output });
  return fatalMessageOf(service);
}

function fatalMessageOf(service: Service): string {
  const fatal = complaints(service).filter(({ level }) => level === 'fatal');
  expect(fatal).toHaveLength(1);
  expect(service.output).not.toContain('"stack"');
  return fatal[0]?.msg ?? '';
}

function complaints({ output }: Service): readonly LogLine[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ level }) => !['debug', 'info'].includes(level));
}
