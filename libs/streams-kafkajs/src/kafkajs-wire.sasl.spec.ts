import { describe, expect, it } from '@jest/globals';
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
  const credentials = { mechanism: 'plain', username: 'user', password: 'secret' } as const;

  /** Answers handshake and authentication in the versions of kafkajs: 1. */
  function saslBroker(
    error: number,
    lifetimeMs: bigint,
    onRequest: (request: SeenRequest) => void,
  ): Promise<FakeBroker> {
    return brokerThat((request) => {
      if (request.key === SASL_HANDSHAKE) {
        request.answer(Buffer.from('0000' + '00000001' + '0005' + '504c41494e', 'hex'));
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
    const wire = wireTo([broker.address], { sasl: credentials });
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
    const wire = wireTo([broker.address], { sasl: credentials });
    await wire.send('any', 'Heartbeat', MEMBER);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await wire.send('any', 'Heartbeat', MEMBER);
    const again = broker.requests.filter(({ key }) => key === SASL_HANDSHAKE);
    expect(again.length).toBeGreaterThan(1);
    expect(broker.connections).toBe(1);
  });

  it('says what the mechanism says of refused credentials', async () => {
    const broker = await saslBroker(58, 0n, () => undefined);
    const wire = wireTo([broker.address], { sasl: credentials });
    const error = await thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    expect(error.name).toBe('KafkaJSSASLAuthenticationError');
  });

  it('leaves the credentials’ own errors as they are', async () => {
    const refusal = new RangeError('no token');
    const broker = await saslBroker(0, 0n, () => undefined);
    const wire = wireTo([broker.address], {
      sasl: {
        mechanism: 'plain',
        authenticationProvider: () => ({ authenticate: () => Promise.reject(refusal) }),
      },
    });
    expect(await thrownBy(wire.send('any', 'Heartbeat', MEMBER))).toBe(refusal);
  });
});
