import { describe, expect, it } from '@jest/globals';
import { AuthenticationError } from '@login-pipeline/streams';
import type { Credentials } from '@login-pipeline/streams';
import {
  API_VERSIONS,
  HEARTBEAT,
  heartbeat,
  SASL_AUTHENTICATE,
  SASL_HANDSHAKE,
} from './testing/fake-broker.ts';
import type { FakeBroker, SeenRequest } from './testing/fake-broker.ts';
import { brokerThat, MEMBER, thrownBy, wireTo } from './testing/wires.ts';

describe('KafkajsWire with SASL', () => {
  const credentials: Credentials = {
    mechanism: 'plain',
    authenticate: (present) => present({ username: 'user', password: 'secret' }),
  };

  /** Answers handshake and authentication in the versions of kafkajs: 1. */
  function saslBroker(
    error: number,
    lifetimeMs: bigint,
    onRequest: (request: SeenRequest) => void,
    handshakeError = '0000',
  ): Promise<FakeBroker> {
    return brokerThat((request) => {
      if (request.key === SASL_HANDSHAKE) {
        request.answer(Buffer.from(handshakeError + '00000001' + '0005' + '504c41494e', 'hex'));
      } else if (request.key === SASL_AUTHENTICATE) {
        const answer = Buffer.alloc(2 + 2 + 4 + 8);
        answer.writeInt16BE(error, 0);
        answer.writeInt16BE(-1, 2);
        answer.writeInt32BE(0, 4);
        answer.writeBigInt64BE(lifetimeMs, 8);
        request.answer(answer);
      } else {
        onRequest(request);
      }
    });
  }

  it('sends nothing before it is authenticated, and does so once', async () => {
    const broker = await saslBroker(0, 0n, ({ answer }) => {
      answer(heartbeat(0));
    });
    const wire = wireTo([broker.address], { credentials });
    await Promise.all([
      wire.send('any', 'Heartbeat', MEMBER),
      wire.send('any', 'Heartbeat', MEMBER),
    ]);
    const keys = [API_VERSIONS, SASL_HANDSHAKE, SASL_AUTHENTICATE, HEARTBEAT, HEARTBEAT];
    expect(broker.requests.map(({ key }) => key)).toEqual(keys);
  });

  it('is authenticated again before the session ends (KIP-368)', async () => {
    // kafkajs begins ten seconds before.
    const broker = await saslBroker(0, 10_001n, ({ answer }) => {
      answer(heartbeat(0));
    });
    const wire = wireTo([broker.address], { credentials });
    await wire.send('any', 'Heartbeat', MEMBER);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await wire.send('any', 'Heartbeat', MEMBER);
    const again = broker.requests.filter(({ key }) => key === SASL_HANDSHAKE);
    expect(again.length).toBeGreaterThan(1);
    expect(broker.connections).toBe(1);
  });

  it.each([
    ['the secret', 58, '0000', 'refused'],
    ['the mechanism', 0, '0021', 'mechanism'],
    ['authentication', 0, '0022', 'unwanted'],
    ['the client, by another error', 0, '002a', 'failed'],
  ])('says that the broker refuses %s', async (_, error, handshakeError, reason) => {
    const broker = await saslBroker(error, 0n, () => undefined, handshakeError);
    const wire = wireTo([broker.address], { credentials });
    const thrown = await thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    expect(thrown).toBeInstanceOf(AuthenticationError);
    expect(thrown).toMatchObject({ code: 'AUTHENTICATION_FAILED', reason });
  });

  it('asks for the secret at each connection, and tells how the broker took it', async () => {
    const taken: string[] = [];
    const secrets = ['first', 'second'];
    const broker = await saslBroker(58, 0n, () => undefined);
    const wire = wireTo([broker.address], {
      credentials: {
        mechanism: 'plain',
        authenticate: async (present) => {
          const password = secrets.shift() ?? '';
          await thrownBy(present({ username: 'user', password })).then(({ name }) =>
            taken.push(`${password}: ${name}`),
          );
          throw new Error('no more');
        },
      },
    });
    await thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    await thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    expect(taken).toEqual(['first: AuthenticationError', 'second: AuthenticationError']);
  });

  it('leaves the credentials’ own errors as they are', async () => {
    const refusal = new RangeError('no token');
    const broker = await saslBroker(0, 0n, () => undefined);
    const wire = wireTo([broker.address], {
      credentials: { mechanism: 'plain', authenticate: () => Promise.reject(refusal) },
    });
    expect(await thrownBy(wire.send('any', 'Heartbeat', MEMBER))).toBe(refusal);
  });
});
