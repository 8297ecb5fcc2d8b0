import { describe, expect, it } from '@jest/globals';
import { SampleCopier } from './sample-copier.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedProcess } from './simulated-process.ts';

const RECORDS = 60;

/** Copies two partitions through a bad minute: kills, freezes, lost and late messages, brokers that go and come. */
async function badMinute(seed: number, transactionVersion: 1 | 2) {
  const cluster = new SimulatedCluster({ seed, transactionVersion });
  const trace: string[] = [];
  cluster.network.onTrace = (line) => trace.push(line);
  cluster.createTopic('in', 2);
  cluster.createTopic('out', 2);
  const { random } = cluster;
  for (let index = 0; index < RECORDS; index += 1) {
    const record = { key: null, value: Buffer.from(String(index)), timestamp: 1 };
    cluster.append('in', index % 2, [record]);
  }
  let processes = 0;
  const start = (): SimulatedProcess => {
    processes += 1;
    const process = cluster.process(`copier-${processes}`);
    for (const partition of [0, 1]) {
      const options = { from: 'in', to: 'out', partition, groupId: 'group' };
      const transactionalId = `copier-${partition}`;
      const bumpsEpoch = transactionVersion === 2;
      void new SampleCopier(process, { ...options, transactionalId, bumpsEpoch }).run();
    }
    return process;
  };
  let current = start();
  const { rates } = cluster.network;
  Object.assign(rates, { loseRequest: 0.02, loseAnswer: 0.02, delay: 0.02 });
  for (let time = 200; time < 6_000; time += random.between(100, 1_000)) {
    cluster.at(time, () => {
      const broker = 1 + random.int(3);
      const chance = random.int(6);
      if (chance === 0) cluster.killBroker(broker);
      else if (chance === 1) cluster.stopBroker(broker);
      else if (chance === 2) cluster.moveLeader('out', random.int(2));
      else if (chance === 3) {
        // The successor is there while the frozen process believes to hold the ids.
        const frozen = current;
        frozen.freeze();
        current = start();
        cluster.at(time + 1_500, () => {
          frozen.thaw();
        });
        cluster.at(time + 3_000, () => {
          frozen.kill();
        });
      } else if (chance === 4) {
        current.kill();
        current = start();
      }
      cluster.at(time + random.between(100, 2_000), () => {
        cluster.restartBroker(broker);
      });
    });
  }
  cluster.at(9_500, () => {
    Object.assign(rates, { loseRequest: 0, loseAnswer: 0, delay: 0 });
  });
  await cluster.run(60_000);
  const copied = cluster.read('out').map(({ committed }) => committed.map(({ value }) => value));
  return { cluster, trace, copied: copied.map((values) => values.map(String)) };
}

describe('SimulatedCluster', () => {
  it('does the same each time for the same seed, and something else for another one', async () => {
    const first = await badMinute(1, 2);
    const second = await badMinute(1, 2);
    expect(second.trace).toEqual(first.trace);
    expect(second.cluster.network.fingerprint).toBe(first.cluster.network.fingerprint);
    const other = await badMinute(2, 2);
    expect(other.cluster.network.fingerprint).not.toBe(first.cluster.network.fingerprint);
  });

  it.each([1, 2] as const)('gets each record over once with version %i', async (version) => {
    for (let seed = 1; seed <= 15; seed += 1) {
      const { copied, cluster } = await badMinute(seed, version);
      const expected = [0, 1].map((partition) =>
        Array.from({ length: RECORDS / 2 }, (_, index) => String(2 * index + partition)),
      );
      expect({ seed, copied }).toEqual({ seed, copied: expected });
      const offsets = cluster.committed('group').map(({ offset }) => offset);
      expect(offsets).toEqual([30n, 30n]);
    }
  });
});
