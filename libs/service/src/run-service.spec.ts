import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FixtureBundle } from './testing/fixture-process.ts';

jest.setTimeout(30_000);

const fixture = new FixtureBundle();
beforeAll(() => fixture.build());
afterAll(() => fixture.dispose());

const STACK = /^ +at /m;

describe('A service that starts', () => {
  it('logs its effective settings, then serves HTTP, then opens its transports', async () => {
    const service = fixture.run('');
    const address = await service.address();
    await service.logged('transport listens');

    expect(service.log[0]).toMatchObject({
      level: 'info',
      service: 'fixture',
      version: '1.2.3',
      msg: 'fixture 1.2.3 starts',
      settings: { RATE: '5', PASSWORD: '***' },
    });
    expect(service.messages).toEqual([
      'fixture 1.2.3 starts',
      'unwise',
      'HTTP server listens',
      'transport listens',
    ]);
    expect((await fetch(`${address}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${address}/health/ready`)).json()).toEqual({
      status: 'ok',
      info: { service: { status: 'up' } },
      error: {},
      details: { service: { status: 'up' } },
    });
    expect(await (await fetch(`${address}/metrics`)).text()).toContain(
      'fixture_build_info{service="fixture",version="1.2.3"',
    );
  });
});

describe('A service that cannot start', () => {
  it('prints wrong settings alone and exits with 78', async () => {
    const service = fixture.run('bad settings');
    expect(await service.exit).toBe(78);
    expect(service.stderr).toBe(
      '1 setting is wrong:\n  RATE: expected\ndocs/settings.md lists every setting.\n',
    );
    expect(service.stdout).toBe('');
  });

  it('prints the stack of its own mistake and exits with 70', async () => {
    const service = fixture.run('broken settings');
    expect(await service.exit).toBe(70);
    expect(service.stderr).toMatch(STACK);
  });

  it('names the setting when its port is taken and exits with 78', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => other.once('listening', listening));
    const { port } = other.address() as AddressInfo;

    const service = fixture.run('', port);
    expect(await service.exit).toBe(78);
    other.close();
    const [, , error, ...more] = service.log;
    expect(error).toMatchObject({ level: 'fatal', code: 'HTTP_ADDRESS_UNUSABLE' });
    expect(error?.msg).toBe(
      `HTTP_PORT: port ${port} on 127.0.0.1 is taken. Stop the process that has it or set HTTP_PORT to a free port.`,
    );
    expect(error).not.toHaveProperty('err');
    expect(more).toEqual([]);
  });

  it('exits with the fault of a transport that cannot start, logged by code and message without a stack', async () => {
    const service = fixture.run('start error');
    expect(await service.exit).toBe(69);
    const errors = service.log.filter(({ level }) => level === 'fatal' || level === 'error');
    expect(errors).toEqual([expect.objectContaining({ code: 'OF_FIXTURE', msg: 'no broker' })]);
    expect(errors[0]).not.toHaveProperty('err');
  });
});

describe('A service that has to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('drains on %s and exits with 0', async (signal) => {
    const service = fixture.run('');
    await service.logged('transport listens');
    service.signal(signal);
    expect(await service.exit).toBe(0);
    expect(service.messages.slice(-3)).toEqual([
      'stopping',
      'transport closes, draining',
      'transport closed',
    ]);
  });

  it('exits with 0 while it still starts', async () => {
    const service = fixture.run('slow start');
    await service.logged('transport connects');
    service.signal('SIGTERM');
    expect(await service.exit).toBe(0);
    expect(service.messages).not.toContain('interrupted');
  });

  it('drains when it stops itself', async () => {
    const service = fixture.run('stops itself');
    expect(await service.exit).toBe(0);
    expect(service.messages.at(-1)).toBe('transport closed');
  });

  it('answers probes while it drains: alive, not ready', async () => {
    const service = fixture.run('fails and hangs');
    const address = await service.address();
    await service.logged('transport closes');
    expect((await fetch(`${address}/health/live`)).status).toBe(200);
    const ready = await fetch(`${address}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'error',
      error: { service: { status: 'down', message: 'draining' } },
    });
  });

  it('gives up draining after the deadline, says so and exits', async () => {
    const service = fixture.run('hangs');
    await service.logged('transport listens');
    service.signal('SIGTERM');
    expect(await service.exit).toBe(0);
    expect(service.log.at(-1)).toMatchObject({
      level: 'error',
      msg: 'gave up closing work in hand after 300 ms',
    });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('exits at once on a second signal: %s gives %i', async (signal, exitCode) => {
    const service = fixture.run('fails and hangs');
    await service.logged('transport closes');
    service.signal('SIGTERM');
    // Signals close together count as one, and a busy machine delivers them closer together than they were sent.
    const again = setInterval(() => {
      service.signal(signal);
    }, 400);
    expect(await service.exit).toBe(exitCode);
    clearInterval(again);
  });

  it('takes two signals at once for one', async () => {
    const service = fixture.run('');
    await service.logged('transport listens');
    service.signal('SIGINT');
    service.signal('SIGTERM');
    expect(await service.exit).toBe(0);
  });

  it('exits with 70 when closing fails', async () => {
    const service = fixture.run('close error');
    await service.logged('transport listens');
    service.signal('SIGTERM');
    expect(await service.exit).toBe(70);
    expect(service.log.at(-1)).toMatchObject({ level: 'fatal', msg: 'close failed' });
  });

  it('does not mind that its log has no reader any more', async () => {
    const service = fixture.run('');
    await service.logged('transport listens');
    service.breakPipe();
    service.signal('SIGTERM');
    expect(await service.exit).toBe(0);
    expect(service.stderr).toBe('');
  });
});

describe('A service that fails', () => {
  it.each([
    ['fails', 'broken'],
    ['rejects', 'nobody caught me'],
    ['throws', 'nobody caught me'],
  ])(
    'because it %s: logs the error once with its stack, closes and exits with 70',
    async (scenario, message) => {
      const service = fixture.run(scenario);
      expect(await service.exit).toBe(70);
      const errors = service.log.filter(({ level }) => level === 'fatal' || level === 'error');
      expect(errors).toEqual([
        expect.objectContaining({
          msg: message,
          err: expect.objectContaining({ stack: expect.stringMatching(STACK) }),
        }),
      ]);
      expect(service.messages).toContain('transport closed');
    },
  );

  it('exits with the code of the error’s fault and no stack when it is the operator’s matter', async () => {
    const service = fixture.run('stalls');
    expect(await service.exit).toBe(75);
    const error = await service.logged('no progress');
    expect(error).not.toHaveProperty('err');
  });

  it('while it drains, with time left: exits within 5 s all the same', async () => {
    const service = fixture.run('fails while it drains');
    await service.logged('transport listens');
    service.signal('SIGTERM');
    await service.logged('broken');
    const failedAt = performance.now();
    expect(await service.exit).toBe(70);
    expect(performance.now() - failedAt).toBeLessThan(8_000);
  });
});
