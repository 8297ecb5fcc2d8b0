import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import {
  TlsError,
  UnansweredError,
  UnreachableError,
  UnsupportedBrokerError,
} from '@login-pipeline/streams';
import {
  API_VERSIONS,
  apiVersions,
  FakeBroker,
  HEARTBEAT,
  heartbeat,
} from './testing/fake-broker.ts';
import type { SeenRequest } from './testing/fake-broker.ts';
import { afterTest, brokerThat, MEMBER, thrownBy, wireTo } from './testing/wires.ts';

/** UNKNOWN_MEMBER_ID and ILLEGAL_GENERATION. */
const [UNKNOWN, ILLEGAL] = [25, 22];
/** Nothing listens there. */
const DEAD = '127.0.0.1:1';

describe('KafkajsWire', () => {
  it('sends requests at once, and gives each its answer in their order', async () => {
    const seen: SeenRequest[] = [];
    const broker = await brokerThat((request) => {
      seen.push(request);
      // The first is answered when the second has come, in one piece with it.
      if (seen.length < 2) return;
      seen[0]?.answer(heartbeat(UNKNOWN));
      seen[1]?.answer(heartbeat(ILLEGAL));
    });
    const wire = wireTo([broker.address]);
    const answers = await Promise.all([
      wire.send('any', 'Heartbeat', MEMBER),
      wire.send('any', 'Heartbeat', MEMBER),
    ]);
    expect(answers).toEqual([{ error: 'UNKNOWN_MEMBER_ID' }, { error: 'ILLEGAL_GENERATION' }]);
    expect(seen.map(({ key, version }) => [key, version])).toEqual([
      [HEARTBEAT, 4],
      [HEARTBEAT, 4],
    ]);
    expect(broker.connections).toBe(1);
  });

  it('has a connection for each channel, and shares it between an address and its broker', async () => {
    const broker = await brokerThat(({ answer }) => {
      answer(heartbeat(0));
    });
    const wire = wireTo([broker.address]);
    const { port } = broker;
    await wire.send('any', 'Heartbeat', MEMBER);
    await wire.send({ id: 1, host: '127.0.0.1', port }, 'Heartbeat', MEMBER);
    expect(broker.connections).toBe(1);
    await wire.send('any', 'Heartbeat', MEMBER, { channel: 'group' });
    expect(broker.connections).toBe(2);
  });

  it('puts answers together from any pieces', async () => {
    const broker = await brokerThat(({ correlationId, socket }) => {
      const body = heartbeat(ILLEGAL);
      const frame = Buffer.alloc(8 + body.length);
      frame.writeInt32BE(4 + body.length);
      frame.writeInt32BE(correlationId, 4);
      body.copy(frame, 8);
      for (const byte of frame) socket.write(Buffer.of(byte));
    });
    const wire = wireTo([broker.address]);
    expect(await wire.send('any', 'Heartbeat', MEMBER)).toEqual({ error: 'ILLEGAL_GENERATION' });
  });

  it('does not know what became of a request whose connection ends, and connects again', async () => {
    let isFirst = true;
    const broker = await brokerThat(({ socket, answer }) => {
      if (isFirst) socket.destroy();
      else answer(heartbeat(0));
      isFirst = false;
    });
    const wire = wireTo([broker.address]);
    const error = await thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    expect(error).toBeInstanceOf(UnansweredError);
    expect(error.message).toContain('has not answered Heartbeat');
    const { address } = broker;
    expect(wire.describe()).toMatchObject([
      { broker: address, request: 'Heartbeat', answered: false },
    ]);
    expect(await wire.send('any', 'Heartbeat', MEMBER)).toEqual({ error: 'NONE' });
    expect(wire.describe()).toMatchObject([
      { broker: address, request: 'Heartbeat', answered: true },
    ]);
  });

  it('waits for an answer as long as the request and its caller allow, from the answer before on', async () => {
    const seen: SeenRequest[] = [];
    const broker = await brokerThat((request) => {
      seen.push(request);
      if (seen.length === 1)
        setTimeout(() => {
          request.answer(heartbeat(0));
        }, 150);
    });
    const wire = wireTo([broker.address]);
    const first = wire.send('any', 'Heartbeat', MEMBER, { timeoutMs: 1_000 });
    const begun = performance.now();
    const second = thrownBy(wire.send('any', 'Heartbeat', MEMBER, { timeoutMs: 200 }));
    const third = thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    expect(await first).toEqual({ error: 'NONE' });
    expect(await second).toBeInstanceOf(UnansweredError);
    expect(performance.now() - begun).toBeGreaterThan(300);
    // The connection is closed, and so are those behind.
    expect(await third).toBeInstanceOf(UnansweredError);
  });

  it.each([
    [
      'an answer that is not asked for',
      (request: SeenRequest) => {
        request.answer(heartbeat(0), 77);
      },
    ],
    [
      'an answer that ends too soon',
      (request: SeenRequest) => {
        request.answer(Buffer.of(0, 0));
      },
    ],
    [
      'what is no answer',
      ({ socket }: SeenRequest) => {
        socket.write('\x7f\xff\xff\xff');
      },
    ],
  ])('closes the connection over %s', async (_, answer) => {
    const broker = await brokerThat(answer);
    const wire = wireTo([broker.address]);
    expect(await thrownBy(wire.send('any', 'Heartbeat', MEMBER))).toBeInstanceOf(UnansweredError);
    const again = thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    expect(await again).toBeInstanceOf(UnansweredError);
    expect(broker.connections).toBe(2);
  });

  it('refuses a request that the broker is too old for', async () => {
    const broker = await FakeBroker.listenRaw(({ answer }) => {
      answer(apiVersions(3));
    });
    afterTest(() => {
      broker.close();
    });
    const error = await thrownBy(wireTo([broker.address]).send('any', 'Heartbeat', MEMBER));
    expect(error).toBeInstanceOf(UnsupportedBrokerError);
    expect(error).toMatchObject({ code: 'BROKER_UNSUPPORTED' });
    expect(broker.requests).toHaveLength(1);
  });

  describe('cannot send', () => {
    it('where nothing listens', async () => {
      const error = await thrownBy(wireTo([DEAD]).send('any', 'Heartbeat', MEMBER));
      expect(error).toBeInstanceOf(UnreachableError);
      expect(error.message).toBe(`${DEAD} cannot be reached: connect ECONNREFUSED ${DEAD}`);
    });

    it('to what takes connections and does not answer', async () => {
      const broker = await FakeBroker.listenRaw(() => undefined);
      afterTest(() => {
        broker.close();
      });
      const error = await thrownBy(wireTo([broker.address]).send('any', 'Heartbeat', MEMBER));
      expect(error).toBeInstanceOf(UnreachableError);
      expect(error.message).toContain('it takes connections and does not answer');
    });

    it('to what closes connections', async () => {
      const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
      afterTest(() => server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const to = [`127.0.0.1:${port}`];
      const error = await thrownBy(wireTo(to).send('any', 'Heartbeat', MEMBER));
      expect(error).toBeInstanceOf(UnreachableError);
      expect(error.cause).toMatchObject({ code: 'CONNECTION_ENDED', reason: 'closed' });
      const { createSecureContext } = await import('node:tls');
      const overTls = wireTo(to, { tls: () => createSecureContext() });
      const before = await thrownBy(overTls.send('any', 'Heartbeat', MEMBER));
      expect(before.cause).toMatchObject({ reason: 'closed-before-tls' });
    });

    it.each([
      ['HTTP/1.1 400 Bad Request\r\n\r\n', 'speaks HTTP', undefined],
      ['\x15\x03\x03\x00\x02\x02\x46', 'speaks TLS', 'speaks-tls'],
    ])('to another server: %j', async (said, told, reason) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end(Buffer.from(said, 'latin1'));
      }).listen(0, '127.0.0.1');
      afterTest(() => server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const error = await thrownBy(wireTo([`127.0.0.1:${port}`]).send('any', 'Heartbeat', MEMBER));
      expect(error).toBeInstanceOf(UnreachableError);
      expect(error.message).toContain(told);
      expect((error.cause as { reason?: string }).reason).toBe(reason);
    });

    it('over TLS to what speaks plain text', async () => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end('this is no TLS, and long enough to be seen as such');
      }).listen(0, '127.0.0.1');
      afterTest(() => server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const { createSecureContext } = await import('node:tls');
      const wire = wireTo([`127.0.0.1:${port}`], { tls: () => createSecureContext() });
      const error = await thrownBy(wire.send('any', 'Heartbeat', MEMBER));
      expect(error).toBeInstanceOf(TlsError);
      expect(error).toMatchObject({ code: 'TLS_FAILED' });
    });

    it('without what TLS needs, and says why in its own words', async () => {
      const reason = new RangeError('no such file');
      let attempts = 0;
      const wire = wireTo([DEAD], {
        tls: () => {
          attempts += 1;
          throw reason;
        },
      });
      expect(await thrownBy(wire.send('any', 'Heartbeat', MEMBER))).toBe(reason);
      expect(await thrownBy(wire.send('any', 'Heartbeat', MEMBER))).toBe(reason);
      expect(attempts).toBe(2);
    });

    it('when it is closed, and what is under way is not answered', async () => {
      const broker = await brokerThat();
      const wire = wireTo([broker.address]);
      const { port } = broker;
      const pending = thrownBy(wire.send('any', 'Heartbeat', MEMBER));
      const connecting = FakeBroker.listenRaw(() => undefined);
      const frozen = await connecting;
      afterTest(() => {
        frozen.close();
      });
      const to = { id: 2, host: '127.0.0.1', port: frozen.port };
      const opening = thrownBy(wire.send(to, 'Heartbeat', MEMBER));
      while (!broker.requests.some(({ key }) => key === HEARTBEAT)) {
        await new Promise(setImmediate);
      }
      await wire.close();
      expect(await pending).toBeInstanceOf(UnansweredError);
      expect(await opening).toBeInstanceOf(UnreachableError);
      const later = thrownBy(wire.send({ id: 1, host: '127.0.0.1', port }, 'Heartbeat', MEMBER));
      expect(await later).toBeInstanceOf(UnreachableError);
    });
  });

  describe('any', () => {
    it('is the first address that answers, and that one from then on', async () => {
      const frozen = await FakeBroker.listenRaw(() => undefined);
      afterTest(() => {
        frozen.close();
      });
      const broker = await brokerThat(({ answer }) => {
        answer(heartbeat(0));
      });
      const wire = wireTo([DEAD, frozen.address, broker.address]);
      expect(await wire.send('any', 'Heartbeat', MEMBER)).toEqual({ error: 'NONE' });
      await wire.send('any', 'Heartbeat', MEMBER, { channel: 'group' });
      expect(frozen.requests.map(({ key }) => key)).toEqual([API_VERSIONS]);
    });

    it('is another address after one that has not answered', async () => {
      const silent = await brokerThat();
      const broker = await brokerThat(({ answer }) => {
        answer(heartbeat(0));
      });
      const wire = wireTo([silent.address, broker.address], { answerTimeoutMs: 50 });
      expect(await thrownBy(wire.send('any', 'Heartbeat', MEMBER))).toBeInstanceOf(UnansweredError);
      expect(await wire.send('any', 'Heartbeat', MEMBER)).toEqual({ error: 'NONE' });
    });

    it('says of all addresses why they cannot be reached', async () => {
      const error = await thrownBy(wireTo([DEAD, '127.0.0.1:2']).send('any', 'Heartbeat', MEMBER));
      expect(error).toBeInstanceOf(UnreachableError);
      expect(error.message).toContain('127.0.0.1:1');
      expect(error.message).toContain('127.0.0.1:2');
    });
  });
});
