import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ProducerIdentity } from '../protocol/transaction-apis.ts';
import { TRANSACTIONS_TOPIC } from '../protocol/transaction-apis.ts';
import { SimulatedCluster, SimulatedOutgoing } from '../testing/simulation/index.ts';
import type { SimulatedProcess } from '../testing/simulation/index.ts';
import { TransactionInspection } from './transaction-inspection.ts';
import type { OpenTransaction } from './transaction-inspection.ts';

const ID = 'g/in/i/0';
const RECORD = { key: null, value: Buffer.from('v'), timestamp: 1 };
/** A producer that no coordinator knows. */
const STRANGER = 7;

describe.each([1, 2] as const)('Transactions of version %i that stay open', (version) => {
  let simulated: SimulatedCluster;
  let process: SimulatedProcess;
  let inspection: TransactionInspection;

  beforeEach(async () => {
    simulated = new SimulatedCluster({ seed: 5, transactionVersion: version, brokers: 1 });
    simulated.createTopic('in', 1);
    simulated.createTopic('out', 2);
    process = simulated.process('p');
    inspection = new TransactionInspection(process, ['in', 'out', 'absent']);
    // Brokers hear of topics.
    await simulated.run(100);
  });

  it('are none where nothing is open, nor where one has ended meanwhile', async () => {
    expect(await outcome(inspection.find())).toEqual({ open: [], leaderless: [] });
    const producer = await outcome(init());
    await outcome(write(producer, 0, 0));
    const begun = simulated.now();
    simulated.at(begun + 1_000, () => void end(producer, true));
    expect(await outcome(inspection.find())).toEqual({ open: [], leaderless: [] });
    expect(simulated.now() - begun).toBeLessThan(5_000);
  });

  it('are none where one transaction follows another', async () => {
    const [first, second] = [await outcome(init('a')), await outcome(init('b'))];
    await outcome(write(first, 0, 0));
    simulated.at(simulated.now() + 1_000, () => void end(first, true));
    simulated.at(simulated.now() + 1_500, () => void write(second, 0, 0));
    expect(await outcome(inspection.find())).toEqual({ open: [], leaderless: [] });
    expect(fates(0)).toEqual(['committed', 'open']);
  });

  it('are shown with since when, and what their coordinator has', async () => {
    const producer = await outcome(init());
    simulated.append('out', 1, [RECORD]);
    await outcome(write(producer, 1, 0));
    const { open } = await outcome(inspection.find());
    const { producerId, epoch } = producer;
    expect(open).toEqual([
      {
        topic: 'out',
        partition: 1,
        offset: 1n,
        producerId,
        epoch,
        coordinatorEpoch: -1,
        lastTimestamp: 1n,
        fate: 'open',
        coordinated: expect.objectContaining({
          transactionalId: ID,
          state: 'Ongoing',
          timeoutMs: 60_000,
          partitions: [{ topic: 'out', partition: 1 }],
        }),
      },
    ]);
  });

  it('are the first of their partitions, in order', async () => {
    const [late, early] = [await outcome(init('a')), await outcome(init('b'))];
    await outcome(write(early, 1, 0));
    await outcome(write(late, 1, 0));
    await outcome(write(late, 0, 0));
    const { open } = await outcome(inspection.find());
    expect(open).toMatchObject([
      { partition: 0, producerId: late.producerId },
      { partition: 1, producerId: early.producerId, offset: 0n },
    ]);
  });

  it('are aborted by taking their id over', async () => {
    const producer = await outcome(init());
    await outcome(write(producer, 0, 0));
    const transaction = await onlyOpen();
    await outcome(inspection.takeOver(ID));
    expect(await outcome(inspection.hasEnded(transaction))).toBe(true);
    expect(fates(0)).toEqual(['aborted']);
    await outcome(end(producer, true));
    expect(fates(0)).toEqual(['aborted']);
  });

  it('are committed as far as their coordinator knows when their markers are lost', async () => {
    const producer = await outcome(init());
    await outcome(write(producer, 0, 0));
    simulated.environment.settings.markerMs = 500;
    simulated.environment.losesMarkers = true;
    await outcome(end(producer, true));
    simulated.stopBroker(1);
    await simulated.run(simulated.now() + 1_000);
    simulated.restartBroker(1);
    await simulated.run(simulated.now() + 1_000);
    expect(await onlyOpen()).toMatchObject({ fate: 'committed' });
  });

  it('are lost when no coordinator has them, and end by the word of an operator', async () => {
    hang(0);
    hang(1);
    const { open } = await outcome(inspection.find());
    expect(open).toMatchObject([{ fate: 'lost' }, { fate: 'lost', coordinated: undefined }]);
    const [first, second] = open;
    if (first === undefined || second === undefined) throw new Error('There is none');
    expect(await outcome(inspection.abort(first).then(() => inspection.hasEnded(first)))).toBe(
      true,
    );
    expect(fates(0)).toEqual(['aborted']);
    expect(fates(1)).toEqual(['open']);
    expect(await outcome(inspection.hasEnded(second))).toBe(false);
  });

  it('are not aborted any more when they have ended since they were found', async () => {
    const producer = await outcome(init());
    await outcome(write(producer, 0, 0));
    const transaction = await onlyOpen();
    await outcome(end(producer, true));
    await simulated.run(simulated.now() + 1_000);
    const { end: before } = simulated.partition('out', 0).log;
    await outcome(inspection.abort(transaction));
    expect(simulated.partition('out', 0).log.end).toBe(before);
  });

  it('are not aborted twice, when the answer was lost', async () => {
    hang(0);
    const transaction = await onlyOpen();
    let sent = 0;
    simulated.network.fault = (_process, _broker, api) => {
      if (api !== 'WriteTxnMarkers') return undefined;
      sent += 1;
      return 'lose-answer';
    };
    await expect(outcome(inspection.abort(transaction))).rejects.toThrow('WriteTxnMarkers');
    expect(sent).toBe(1);
  });

  it('are nothing to be sure about while a coordinator is missing', async () => {
    hang(0);
    const index = 0;
    simulated.holdLeaderless(TRANSACTIONS_TOPIC, index, true);
    expect(await onlyOpen()).toMatchObject({ fate: 'unknown' });
    simulated.holdLeaderless(TRANSACTIONS_TOPIC, index, false);
    expect(await onlyOpen()).toMatchObject({ fate: 'lost' });
  });

  it('are not seen in a partition without leader, which is named', async () => {
    hang(0);
    simulated.holdLeaderless('out', 0, true);
    await simulated.run(simulated.now() + 1_000);
    const { open, leaderless } = await outcome(inspection.find());
    expect([open, leaderless]).toEqual([[], [{ topic: 'out', partition: 0 }]]);
  });

  it('are looked for again while a leader moves', async () => {
    hang(0);
    let refused = 0;
    const [broker] = simulated.brokers;
    const handlers = broker?.handlers;
    if (broker === undefined || handlers === undefined) throw new Error('There is no broker');
    broker.handlers = {
      ...handlers,
      DescribeProducers: (to, request, answer, caller) => {
        refused += 1;
        if (refused > 2) handlers.DescribeProducers(to, request, answer, caller);
        else {
          const error = 'NOT_LEADER_OR_FOLLOWER';
          answer({
            partitions: request.partitions.map((place) => ({ ...place, error, producers: [] })),
          });
        }
      },
    };
    expect(await onlyOpen()).toMatchObject({ fate: 'lost' });
    expect(refused).toBe(4);
  });

  async function onlyOpen(): Promise<OpenTransaction> {
    const { open } = await outcome(inspection.find());
    const [transaction] = open;
    if (transaction === undefined || open.length > 1) throw new Error(`${open.length} are open`);
    return transaction;
  }

  function fates(partition: number): readonly string[] {
    return simulated.read('out')[partition]?.all.map(({ fate }) => fate) ?? [];
  }

  /** Lets virtual time pass until something has settled. */
  async function outcome<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => undefined);
    await simulated.run(simulated.now() + 60_000, () => isSettled);
    return settled;
  }

  async function init(transactionalId = ID): Promise<ProducerIdentity> {
    const request = { transactionalId, timeoutMs: 60_000 };
    const { producerId, epoch } = await process.wire.send('any', 'InitProducerId', request);
    return { transactionalId, producerId, epoch };
  }

  async function write(
    producer: ProducerIdentity,
    partition: number,
    baseSequence: number,
  ): Promise<void> {
    const place = { topic: 'out', partition };
    if (version === 1) {
      await process.wire.send('any', 'AddPartitionsToTxn', { ...producer, partitions: [place] });
    }
    const { producerId, epoch, transactionalId } = producer;
    const batch = await process.encoder.encode([RECORD], 'none');
    const stamp = { producerId, epoch, baseSequence };
    await process.wire.send('any', 'Produce', {
      transactionalId,
      addsPartitions: version === 2,
      timeoutMs: 1_000,
      partitions: [{ ...place, batch, stamp }],
    });
  }

  function end(producer: ProducerIdentity, commit: boolean): Promise<unknown> {
    return process.wire.send('any', 'EndTxn', { ...producer, commit, bumpsEpoch: version === 2 });
  }

  /** Leaves a transaction in a log that no coordinator knows, as brokers without verification (KIP-890) do. */
  function hang(index: number): void {
    const partition = simulated.partition('out', index);
    const claimed = {
      producerId: STRANGER,
      epoch: 0,
      baseSequence: 0,
      count: 1,
      isTransactional: true,
      isFromClient: true,
    };
    const guard = partition.log.producers.startVerification(claimed, true);
    partition.log.append(claimed, new SimulatedOutgoing([RECORD]), guard);
    partition.changed();
  }
});
