import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@login-pipeline/observability';
import type { Logger } from '@login-pipeline/observability';
import { NestLogger } from './nest-logger.ts';

function logging(level: string): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return {
    logger: createLogger({ service: 'a', version: '1.0.0', level, pretty: false, destination }),
    lines,
  };
}

function parsed(lines: readonly string[]): unknown[] {
  return lines.map((line) => JSON.parse(line) as unknown);
}

describe('Nest’s log lines', () => {
  it.each<[string, (logger: NestLogger) => void, object]>([
    [
      'its start at debug',
      (nest) => {
        nest.log('Mapped', 'RouterExplorer');
      },
      { level: 'debug', msg: 'Mapped', context: 'RouterExplorer' },
    ],
    [
      'others at info',
      (nest) => {
        nest.log('done', 'Job');
      },
      { level: 'info', msg: 'done', context: 'Job' },
    ],
    [
      'warnings',
      (nest) => {
        nest.warn('hm', 'Job');
      },
      { level: 'warn', msg: 'hm', context: 'Job' },
    ],
    [
      'errors with their stack',
      (nest) => {
        nest.error('bad', 'Error: bad\n at x', 'Job');
      },
      { level: 'error', msg: 'bad', stack: 'Error: bad\n at x', context: 'Job' },
    ],
    [
      'errors without a stack',
      (nest) => {
        nest.error('bad', 'Job');
      },
      { level: 'error', msg: 'bad', context: 'Job' },
    ],
    [
      'debug',
      (nest) => {
        nest.debug('d', 'Job');
      },
      { level: 'debug', msg: 'd' },
    ],
    [
      'verbose at trace',
      (nest) => {
        nest.verbose('v', 'Job');
      },
      { level: 'trace', msg: 'v' },
    ],
    [
      'fatal',
      (nest) => {
        nest.fatal('f', 'Job');
      },
      { level: 'fatal', msg: 'f' },
    ],
    [
      'lines without a context',
      (nest) => {
        nest.log('x');
      },
      { level: 'info', context: 'Nest' },
    ],
  ])('go to the logger: %s', (_, write, expected) => {
    const { logger, lines } = logging('trace');
    write(new NestLogger(logger));
    expect(parsed(lines)).toEqual([expect.objectContaining(expected)]);
  });

  it('leave out the errors that Nest also throws', () => {
    const { logger, lines } = logging('trace');
    new NestLogger(logger).error(new Error('start'), 'stack', 'ExceptionHandler');
    expect(lines).toEqual([]);
  });
});
