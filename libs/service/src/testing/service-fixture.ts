/** A service whose behaviour the command line chooses: `service-fixture <scenario> <port>`. */
import { Module } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { concern, setting, TEXT } from '@login-pipeline/config';
import { runService, ServiceContext } from '../index.ts';
import type { FaultKind } from '../index.ts';

interface Settings {
  readonly http: { readonly host: string; readonly port: number };
  readonly log: { readonly level: string };
  readonly drainTimeoutMs: number;
}

const HANGING = ['hangs', 'fails and hangs', 'fails while it drains'];
const [, , scenario = '', port = '0'] = process.argv;

class FixtureTransport implements CustomTransportStrategy {
  readonly #context: ServiceContext<Settings>;
  #interrupt: (() => void) | undefined;

  constructor(context: ServiceContext<Settings>) {
    this.#context = context;
  }

  listen(callback: (error?: unknown) => void): void {
    const { logger, fail, stop } = this.#context;
    if (scenario === 'slow start') {
      this.#interrupt = () => {
        callback(operatorError('interrupted', 'unavailable'));
      };
      logger.info('transport connects');
      return;
    }
    callback(scenario === 'start error' ? operatorError('no broker', 'unavailable') : undefined);
    logger.info('transport listens');
    if (scenario === 'fails') fail(new Error('broken'));
    if (scenario === 'fails and hangs') fail(new Error('broken'));
    if (scenario === 'stalls') fail(operatorError('no progress', 'stalled'));
    if (scenario === 'stops itself') stop();
    if (scenario === 'rejects') void Promise.reject(new Error('nobody caught me'));
    if (scenario === 'throws') setImmediate(throwUncaught);
  }

  async close(): Promise<void> {
    this.#interrupt?.();
    this.#context.logger.info(
      `transport closes, ${this.#context.health.reasons('notReady').get('service')}`,
    );
    if (scenario === 'fails while it drains') this.#context.fail(new Error('broken'));
    if (HANGING.includes(scenario)) await new Promise(() => undefined);
    if (scenario === 'close error') throw new Error('close failed');
    this.#context.logger.info('transport closed');
  }
}

@Module({
  providers: [
    {
      provide: FixtureTransport,
      inject: [ServiceContext],
      useFactory: (context: ServiceContext<Settings>) => {
        const transport = new FixtureTransport(context);
        context.serve(transport);
        return transport;
      },
    },
  ],
})
class FixtureModule {}

const SETTINGS = concern(
  {
    rate: setting('RATE', { description: 'A number', format: TEXT, default: '5' }),
    password: setting('PASSWORD', { description: 'A secret', format: TEXT, secret: true }),
  },
  {
    rules: () => (scenario === 'bad settings' ? [{ name: 'RATE', problem: 'expected' }] : []),
    warnings: () => ['unwise'],
    shape: (): Settings => {
      if (scenario === 'broken settings') throw new Error('bug in settings');
      return {
        http: { host: '127.0.0.1', port: Number(port) },
        log: { level: 'info' },
        drainTimeoutMs: scenario === 'hangs' ? 300 : 10_000,
      };
    },
  },
);

await runService({
  name: 'fixture',
  version: '1.2.3',
  settings: SETTINGS,
  metrics: { prefix: 'fixture_', sets: [] },
  module: () => FixtureModule,
});

function operatorError(message: string, fault: FaultKind): Error {
  return Object.assign(new Error(message), { fault, code: 'OF_FIXTURE' });
}

function throwUncaught(): never {
  throw new Error('nobody caught me');
}
