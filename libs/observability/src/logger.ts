import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { isColorSupported, prettyFactory } from 'pino-pretty';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly service: string;
  readonly version: string;
  /** Least severe pino level to write. */
  readonly level: string;
  /** Coloured lines for people instead of JSON; default: whether standard output is a terminal. */
  readonly pretty?: boolean;
  /** Where lines go; default: standard output, written at once, so that nothing is lost at exit. */
  readonly destination?: DestinationStream;
}

/** Personal data and secrets, wherever a careless line would put them. */
const SECRET_KEYS = ['ip', 'user_id', 'password'];
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** @returns the service's logger: one JSON object per line, or lines for people on a terminal */
export function createLogger(options: LoggerOptions): Logger {
  const { service, version, level, pretty = process.stdout.isTTY } = options;
  // pino's own destination ends quietly when the reader of a pipe is gone.
  const destination = options.destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      level,
      base: { service, version },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: '***' },
    },
    pretty ? prettyDestination(destination) : destination,
  );
}

/** Formats in this thread: a worker would need a file of its own beside the bundled service. */
function prettyDestination(destination: DestinationStream): DestinationStream {
  const format = prettyFactory({
    colorize: isColorSupported,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'service,version',
  });
  return {
    write: (line) => {
      destination.write(format(line));
    },
  };
}
