import { describe, expect, it } from '@jest/globals';
import type { KafkajsWire } from './kafkajs-wire.ts';
import { apiVersions, FakeBroker, heartbeat } from './testing/fake-broker.ts';
import type { SeenRequest } from './testing/fake-broker.ts';
import { afterTest, brokerThat, MEMBER, thrownBy, wireTo } from './testing/wires.ts';

const HOST = '127.0.0.1';

/** @returns a port that nothing listens on */
async function freePort(): Promise<number> {
  const broker = await FakeBroker.listen();
  const { port } = broker;
  broker.close();
  return port;
}

async function listenAt(port: number): Promise<FakeBroker> {
  const broker = await FakeBroker.listen(answerHeartbeat, port);
  afterTest(() => {
    broker.close();
  });
  return broker;
}

function answerHeartbeat({ answer }: SeenRequest): void {
  answer(heartbeat(0));
}

type Told = [address: string, reason: string | undefined];

/** @returns a wire, and what it tells of addresses */
function watchedWire(brokers: readonly string[]): { wire: KafkajsWire; told: Told[] } {
  const told: Told[] = [];
  const wire = wireTo(brokers, {
    onReachable: (...one) => {
      told.push(one);
    },
  });
  return { wire, told };
}

describe('KafkajsWire tells', () => {
  it('once that an address cannot be reached, and once that it can be again', async () => {
    const port = await freePort();
    const address = `${HOST}:${port}`;
    const { wire, told } = watchedWire([address]);
    await thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    await thrownBy(wire.send('any', 'Heartbeat', MEMBER, { channel: 'group' }));
    const away: Told = [address, `${address} cannot be reached: connect ECONNREFUSED ${address}`];
    expect(told).toEqual([away]);
    const broker = await listenAt(port);
    await wire.send('any', 'Heartbeat', MEMBER);
    await wire.send('any', 'Heartbeat', MEMBER, { channel: 'group' });
    expect(told).toEqual([away, [address, undefined]]);
    broker.close();
    await thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    await thrownBy(wire.send('any', 'Heartbeat', MEMBER));
    expect(told).toEqual([away, [address, undefined], away]);
  });

  it('that the address is the one that a broker advertises', async () => {
    const port = await freePort();
    const { wire, told } = watchedWire(['127.0.0.1:1']);
    const error = await thrownBy(wire.send({ id: 2, host: HOST, port }, 'Heartbeat', MEMBER));
    const address = `${HOST}:${port}`;
    const reason = `broker 2 cannot be reached at ${address}, the address in its advertised.listeners: connect ECONNREFUSED ${address}`;
    expect(told).toEqual([[address, reason]]);
    expect(error.message).toBe(reason);
    expect(error).toMatchObject({ target: { address, advertisedBy: 2 } });
  });

  it('nothing of an address that can be reached, nor of what is closed here', async () => {
    const broker = await brokerThat(answerHeartbeat);
    const frozen = await FakeBroker.listenRaw(() => undefined);
    afterTest(() => {
      frozen.close();
    });
    const { wire, told } = watchedWire([broker.address]);
    await wire.send('any', 'Heartbeat', MEMBER);
    const to = { id: 2, host: HOST, port: frozen.port };
    const opening = thrownBy(wire.send(to, 'Heartbeat', MEMBER));
    await wire.close();
    await opening;
    expect(told).toEqual([]);
  });

  it('nothing of an attempt that began before another one succeeded', async () => {
    const broker = await FakeBroker.listenRaw((request) => {
      // The first connection gets no answer.
      if (broker.requests.length === 2) request.answer(apiVersions());
      else if (broker.requests.length > 2) answerHeartbeat(request);
    });
    afterTest(() => {
      broker.close();
    });
    const { wire, told } = watchedWire([broker.address]);
    const to = { id: 1, host: HOST, port: broker.port };
    const first = thrownBy(wire.send(to, 'Heartbeat', MEMBER, { channel: 'group' }));
    while (broker.requests.length === 0) await new Promise(setImmediate);
    await wire.send(to, 'Heartbeat', MEMBER);
    expect((await first).message).toContain('it takes connections and does not answer');
    expect(told).toEqual([]);
  });
});
