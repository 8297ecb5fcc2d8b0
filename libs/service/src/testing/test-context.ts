import { createLogger, Metrics } from '@login-pipeline/observability';
import { Health } from '../health.ts';
import { ServiceContext } from '../service-context.ts';
import type { ServiceParts } from '../service-context.ts';

/** @returns the context of a service that logs nothing and cannot be ended, but for what the test gives */
export function testContext<S>(
  settings: S,
  parts: Partial<ServiceParts<S>> = {},
): ServiceContext<S> {
  return new ServiceContext({
    name: 'test',
    version: '1.2.3',
    settings,
    logger: createLogger({ service: 'test', version: '1.2.3', level: 'silent', pretty: false }),
    metrics: new Metrics(),
    health: new Health(),
    tracing: undefined,
    fail: (error) => {
      throw error;
    },
    stop: () => undefined,
    ...parts,
  });
}
