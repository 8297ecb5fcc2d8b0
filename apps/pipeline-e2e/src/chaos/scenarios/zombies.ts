import { setTimeout as sleep } from 'node:timers/promises';
import { evict, memberIdOf } from '../eviction.ts';
import type { Frame, MarkedPoint } from '../fault-proxy.ts';
import { errorCodes } from '../kafka-answers.ts';
import type { Api } from '../kafka-frames.ts';
import { answeredAfter, reached } from '../marked-points.ts';
import type { Scenario } from '../scenario.ts';
import type { Member, Stage } from '../stage.ts';
import { DEATH_MS, SESSION_MS } from './processes.ts';

const ROUNDS = 5;

type Attack = (stage: Stage, zombie: Member) => Promise<void>;

const zombieScenario = (name: string, fault: string, attack: Attack): Scenario => ({
  name,
  fault,
  smoke: true,
  brokers: 1,
  alone: false,
  transformers: 1,
  aggregators: 0,
  gapBoundMs: DEATH_MS,
  attack: async (stage) => {
    const [zombie] = stage.members('transformer');
    if (zombie === undefined) throw new Error('no transformer is running');
    await attack(stage, zombie);
    return 1;
  },
});

/** Frozen with a request on its way, declared dead, followed by an heir; then the request arrives and it wakes up. */
const frozenAt = (name: string, api: Api): Scenario =>
  zombieScenario(
    name,
    `frozen before ${api} reaches the broker, its group moves on`,
    async (stage, zombie) => {
      const point = await freezeAt(stage, zombie, api);
      await stage.start('transformer');
      // Commits that were not seen yet are no sign of an heir.
      await stage.until('its session to end', async () => {
        return (await memberIdOf(stage, zombie)) === undefined;
      });
      await stage.progress(1_000);
      point.release();
      zombie.service.signal('SIGCONT');
      await stage.progress(1_000);
    },
  );

/**
 * All of a transaction is on its way when its sender is counted out, and nothing of it has arrived: there is nothing that an heir
 * could find and fence. That the group's coordinator refuses offsets of a member that is none is all that there is (KIP-447).
 */
const lateOffsets = zombieScenario(
  'zombie-offset',
  'frozen before anything of a transaction arrives, its group moves on: the offsets have to be refused',
  async (stage, zombie) => {
    const last = stage.proxy.holdFirst(
      ({ direction, api, clientId }) =>
        direction === 'response' && api === 'EndTxn' && clientId === zombie.clientId,
    );
    await reached(stage, last, 'the end of a transaction');
    const offsets = stage.proxy.holdFirst((frame) => isRequest(frame, 'TxnOffsetCommit', zombie));
    // Sent beside the offsets, or after them, by the protocol's version.
    const records = stage.proxy.holdFirst((frame) => isRequest(frame, 'Produce', zombie));
    last.release();
    await reached(stage, offsets, 'offsets');
    zombie.service.signal('SIGSTOP');
    await stage.start('transformer');
    await evict(stage, zombie);
    await stage.progress(500);
    const answer = await answeredAfter(stage, offsets);
    records.release();
    zombie.service.signal('SIGCONT');
    await stage.progress(1_000);
    if (errorCodes(answer).includes(0)) {
      throw new Error('the coordinator took offsets of a member that it had counted out');
    }
  },
);

/** The last owner's commit arrives after its heir has looked at the offsets, but before the heir's fence. */
const lateCommit: Scenario = {
  ...zombieScenario(
    'zombie-late-commit',
    'its commit arrives while the heir takes over',
    async (stage, zombie) => {
      const heir = stage.members('transformer').find((member) => member !== zombie);
      if (heir === undefined) throw new Error('a transformer is missing');
      const point = await freezeAt(stage, zombie, 'EndTxn');
      const { transactionalId } = await point.reached;
      const fence = stage.proxy.holdFirst(
        (frame) =>
          isRequest(frame, 'InitProducerId', heir) && frame.transactionalId === transactionalId,
      );
      // Before the session ends, the coordinator would abort the transaction.
      await evict(stage, zombie);
      await reached(stage, fence, 'the heir to take over');
      const answer = await answeredAfter(stage, point);
      fence.release();
      await stage.progress(500);
      zombie.service.signal('SIGCONT');
      await stage.progress(500);
      if (!errorCodes(answer).includes(0)) throw new Error('the commit was too late to be one');
    },
  ),
  // The heir is there already: a start on a busy machine would take longer than the transaction may be open.
  transformers: 2,
};

/**
 * An EndTxn that its sender has given up arrives when the same transactional id is in its next transaction. With KIP-890 brokers
 * know it by its epoch; before, they would end what is under way.
 */
const lateEndTxn: Scenario = {
  ...zombieScenario(
    'late-end-txn',
    'an EndTxn given up by its sender arrives in the next transaction, then kill -9; without KIP-890',
    async (stage, sender) => {
      const late = stage.proxy.holdFirst((frame) => isRequest(frame, 'EndTxn', sender));
      const { hangUp, transactionalId } = await reached(stage, late, 'EndTxn');
      const inProgress = stage.proxy.holdFirst(
        (frame) => isRequest(frame, 'Produce', sender) && frame.transactionalId === transactionalId,
      );
      const retried = stage.proxy.holdFirst(
        (frame) =>
          frame.transactionalId === transactionalId &&
          (isRequest(frame, 'InitProducerId', sender) || isRequest(frame, 'EndTxn', sender)),
      );
      hangUp();
      await reached(stage, retried, 'another try');
      retried.release();
      await reached(stage, inProgress, 'the next transaction');
      await answeredAfter(stage, late);
      await stage.kill(sender);
      await stage.start('transformer');
      await stage.progress(1_000);
    },
  ),
  transactionVersion: 1,
};

/** Two that freeze in turn: each is the other's heir. */
const frozenInTurn = (name: string, api: Api): Scenario => ({
  ...frozenAt(name, api),
  fault: `two of a group, each frozen in turn before ${api} reaches the broker`,
  smoke: false,
  transformers: 2,
  attack: async (stage) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const zombie = stage.members('transformer')[round % 2];
      if (zombie === undefined) throw new Error('a transformer is missing');
      const point = await freezeAt(stage, zombie, api);
      await sleep(SESSION_MS);
      await stage.progress(1_000);
      point.release();
      zombie.service.signal('SIGCONT');
      await stage.ready();
      await stage.settled();
    }
    return ROUNDS;
  },
});

export const ZOMBIE_SCENARIOS: readonly Scenario[] = [
  frozenAt('zombie-produce', 'Produce'),
  lateOffsets,
  frozenAt('zombie-end', 'EndTxn'),
  lateCommit,
  lateEndTxn,
  frozenInTurn('zombies-produce', 'Produce'),
  frozenInTurn('zombies-offset', 'TxnOffsetCommit'),
  frozenInTurn('zombies-end', 'EndTxn'),
];

function isRequest({ direction, api, clientId }: Frame, wanted: Api, sender: Member): boolean {
  return direction === 'request' && api === wanted && clientId === sender.clientId;
}

/** Stops a service with a request of this kind on its way: held before the broker. */
async function freezeAt(stage: Stage, zombie: Member, api: Api): Promise<MarkedPoint> {
  const point = stage.proxy.holdFirst((frame) => isRequest(frame, api, zombie));
  await reached(stage, point, api);
  zombie.service.signal('SIGSTOP');
  return point;
}
