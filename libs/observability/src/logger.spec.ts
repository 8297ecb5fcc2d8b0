import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';

function logging(level: string, pretty = false): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return {
    logger: createLogger({ service: 'a', version: '1.0.0', level, pretty, destination }),
    lines,
  };
}

function parsed(lines: readonly string[]): unknown[] {
  return lines.map((line) => JSON.parse(line) as unknown);
}

describe('A log line', () => {
  it('is one JSON object with service, version, level and ISO time', () => {
    const { logger, lines } = logging('info');
    logger.info({ topic: 't' }, 'hello');
    expect(parsed(lines)).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        service: 'a',
        version: '1.0.0',
        topic: 't',
        msg: 'hello',
      },
    ]);
  });

  it('below the level is not written', () => {
    const { logger, lines } = logging('warn');
    logger.info('no');
    logger.warn('yes');
    expect(lines).toHaveLength(1);
  });

  it('never shows personal data or passwords, however deep', () => {
    const { logger, lines } = logging('info');
    const login = { ip: 'canary', user_id: 'canary', password: 'canary' };
    logger.info({ ...login, login, batch: { login } }, 'oops');
    expect(lines.join('')).not.toMatch(/canary/);
    expect(lines.join('').match(/\*{3}/g)).toHaveLength(9);
  });

  it('is one for people on a terminal', () => {
    const { logger, lines } = logging('info', true);
    logger.info('hello');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/INFO.*hello/s);
    expect(lines[0]).not.toMatch(/^\{/);
  });
});
