import type { Service } from './service.ts';

/** What a probe answered. */
export interface ProbeAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

/** @returns the service's answer to a probe; rejects while nothing listens */
export async function probe(service: Service, path: 'live' | 'ready'): Promise<ProbeAnswer> {
  const response = await service.get(`/health/${path}`);
  const { status, headers } = response;
  return { status, type: headers.get('content-type'), body: await response.json() };
}

/** @returns the answer that a probe has to give when these parts are up, and those down for the reasons given */
export function answerOf(
  up: readonly string[],
  down: Readonly<Record<string, unknown>> = {},
): ProbeAnswer {
  const info = Object.fromEntries(up.map((part) => [part, { status: 'up' }]));
  const error = Object.fromEntries(
    Object.entries(down).map(([part, message]) => [part, { status: 'down', message }]),
  );
  const failed = Object.keys(down).length > 0;
  return {
    status: failed ? 503 : 200,
    type: 'application/json; charset=utf-8',
    body: { status: failed ? 'error' : 'ok', info, error, details: { ...info, ...error } },
  };
}
