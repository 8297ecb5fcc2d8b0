import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Logger } from '@login-pipeline/observability';
import { errorCodeOf, exitCodeOf, faultOf } from './exit-codes.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
/** How long all closing may take once the service failed. */
const FAIL_TIMEOUT_MS = 5_000;
const APP_CLOSE_TIMEOUT_MS = 5_000;
/** One Ctrl-C often arrives twice, from the terminal and from a parent that passes it on. */
const SAME_SIGNAL_MS = 300;

/** Ends the process: once, in order, in time, with the right exit code. */
export class Shutdown {
  readonly #transports: CustomTransportStrategy[] = [];
  #closeApp: () => Promise<void> = () => Promise.resolve();
  #drainTimeoutMs = 0;
  #logger: Logger | undefined;
  #firstSignalAt: number | undefined;
  #begun = false;
  #exitCode = 0;

  /** Whether the process is on its way out. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Takes over signals, uncaught errors and broken output pipes. */
  install(): void {
    for (const [signal, exitCode] of Object.entries(SIGNALS)) {
      process.on(signal, () => {
        this.#onSignal(exitCode);
      });
    }
    process.on('uncaughtException', (error) => {
      this.fail(error);
    });
    process.on('unhandledRejection', (reason) => {
      this.fail(reason);
    });
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
      });
    }
  }

  /** Until then, errors go to standard error. */
  logTo(logger: Logger): void {
    this.#logger = logger;
  }

  /** Closed last: lifecycle hooks of modules, then the HTTP server. */
  closesApp(close: () => Promise<void>): void {
    this.#closeApp = close;
  }

  /** Closed first, all at once, within the time given. */
  drains(transport: CustomTransportStrategy, timeoutMs: number): void {
    this.#transports.push(transport);
    this.#drainTimeoutMs = timeoutMs;
  }

  /** Drains, closes and exits with 0. */
  stop(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#logger?.info('stopping');
    void this.#end(this.#drainTimeoutMs);
  }

  /** Logs the error, closes within 5 s and exits with the code of the error's fault; also when a stop is under way. */
  fail(error: unknown): void {
    this.#report(error, this.#exitCode === 0);
    if (this.#exitCode !== 0) return;
    this.#exitCode = exitCodeOf(error);
    setTimeout(() => process.exit(this.#exitCode), FAIL_TIMEOUT_MS);
    if (this.#begun) return;
    this.#begun = true;
    void this.#end(FAIL_TIMEOUT_MS);
  }

  #onSignal(exitCode: number): void {
    this.#firstSignalAt ??= performance.now();
    if (performance.now() - this.#firstSignalAt > SAME_SIGNAL_MS) process.exit(exitCode);
    this.stop();
  }

  async #end(drainTimeoutMs: number): Promise<void> {
    await Promise.all(
      this.#transports.map((transport) =>
        this.#within(drainTimeoutMs, 'work in hand', () => closeForGood(transport)),
      ),
    );
    await this.#within(APP_CLOSE_TIMEOUT_MS, 'the application', this.#closeApp);
    process.exit(this.#exitCode);
  }

  /** Whatever goes wrong while closing is logged, and the next step is taken. */
  async #within(timeoutMs: number, what: string, close: () => Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#logger?.error(`gave up closing ${what} after ${timeoutMs} ms`);
        resolve();
      }, timeoutMs);
    });
    const closed = close().catch((error: unknown) => {
      this.fail(error);
    });
    await Promise.race([closed, timeout]);
    clearTimeout(timer);
  }

  #report(error: unknown, isFirst: boolean): void {
    const isForOperator = faultOf(error) !== undefined;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#logger) {
      const told = isForOperator ? { code: errorCodeOf(error) } : { err: error };
      this.#logger.fatal({ ...told, ...(isFirst ? diagnosisOf(error) : undefined) }, message);
      if (isForOperator) this.#logger.debug({ err: error }, 'Where that comes from');
    } else if (isForOperator || !(error instanceof Error)) process.stderr.write(`${message}\n`);
    else process.stderr.write(`${error.stack ?? message}\n`);
  }
}

/** Nest closes transports again with the application: by then there is nothing left to do, or to wait for. */
async function closeForGood(transport: CustomTransportStrategy): Promise<void> {
  const closed: unknown = transport.close();
  transport.close = () => undefined;
  await closed;
}

/** What an error brings along to be logged once, with the error that ends the process. */
function diagnosisOf(error: unknown): { diagnosis: unknown } | undefined {
  if (!(error instanceof Error) || !('diagnosis' in error)) return undefined;
  return error.diagnosis === undefined ? undefined : { diagnosis: error.diagnosis };
}
