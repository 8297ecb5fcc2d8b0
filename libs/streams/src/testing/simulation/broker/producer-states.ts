import type { ErrorName } from '../../../protocol/errors.ts';
import type { SimulatedBatch } from '../simulated-batch.ts';

/** How many batches of a producer a partition remembers, to know them again. */
const REMEMBERED = 5;
const MAX_SEQUENCE = 2_147_483_647;

interface Remembered {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
}

/** A producer as a partition knows it. */
export interface ProducerState {
  epoch: number;
  coordinatorEpoch: number;
  /** -1: no open transaction. */
  openSince: number;
  lastTimestamp: number;
  batches: Remembered[];
}

/** What a transaction's first append to a partition waits for (KIP-890): nothing may come between. */
export interface VerificationGuard {
  epoch: number;
  lowestSequence: number;
  readonly addsPartitions: boolean;
}

/** What a producer says of a batch. */
export interface ClaimedBatch {
  readonly producerId: number;
  readonly epoch: number;
  readonly baseSequence: number;
  readonly count: number;
  readonly isTransactional: boolean;
  /** Offsets come from a group's coordinator, and have no sequence. */
  readonly isFromClient: boolean;
}

/** ProducerStateManager and ProducerAppendInfo: what a partition knows of its producers. */
export class ProducerStates {
  readonly states = new Map<number, ProducerState>();
  readonly #guards = new Map<number, VerificationGuard>();

  hasOngoing(producerId: number, epoch: number): boolean {
    const state = this.states.get(producerId);
    return state !== undefined && state.openSince >= 0 && state.epoch === epoch;
  }

  /** @returns what an append after the verification has to show */
  startVerification(
    { producerId, epoch, baseSequence }: ClaimedBatch,
    addsPartitions: boolean,
  ): VerificationGuard {
    const known = this.#guards.get(producerId);
    if (known === undefined) {
      const guard = { epoch, lowestSequence: baseSequence, addsPartitions };
      this.#guards.set(producerId, guard);
      return guard;
    }
    if (epoch > known.epoch) {
      known.epoch = epoch;
      known.lowestSequence = baseSequence;
    } else if (epoch === known.epoch && baseSequence < known.lowestSequence) {
      known.lowestSequence = baseSequence;
    }
    return known;
  }

  /** @returns the base offset of a batch that was appended before; undefined for a new one */
  duplicateOf({ producerId, epoch, baseSequence, count }: ClaimedBatch): number | undefined {
    const state = this.states.get(producerId);
    if (state?.epoch !== epoch) return undefined;
    const lastSequence = sequenceAfter(baseSequence, count - 1);
    return state.batches.find(
      (batch) => batch.firstSequence === baseSequence && batch.lastSequence === lastSequence,
    )?.baseOffset;
  }

  /** @param guard what the verification has given; undefined when there was none to make */
  validate(batch: ClaimedBatch, guard: VerificationGuard | undefined): ErrorName {
    const { producerId, epoch, baseSequence, isTransactional, isFromClient } = batch;
    const state = this.states.get(producerId);
    const current = this.#guards.get(producerId);
    if (isTransactional && !this.hasOngoing(producerId, epoch)) {
      if (guard === undefined || guard !== current) return 'INVALID_TXN_STATE';
    }
    if (state !== undefined && epoch < state.epoch) return 'INVALID_PRODUCER_EPOCH';
    if (isFromClient) {
      if (current !== undefined && baseSequence > current.lowestSequence) {
        return 'OUT_OF_ORDER_SEQUENCE_NUMBER';
      }
      // With KIP-890 a partition that does not know the producer takes its first batch only.
      if (current?.addsPartitions === true && baseSequence !== 0 && isEmpty(state)) {
        return 'OUT_OF_ORDER_SEQUENCE_NUMBER';
      }
      if (state !== undefined) {
        const expected = epoch === state.epoch ? sequenceAfter(lastSequence(state), 1) : 0;
        if (baseSequence !== expected) return 'OUT_OF_ORDER_SEQUENCE_NUMBER';
      }
    }
    return state !== undefined && state.openSince >= 0 && !isTransactional
      ? 'INVALID_TXN_STATE'
      : 'NONE';
  }

  validateMarker(marker: {
    readonly producerId: number;
    readonly epoch: number;
    readonly coordinatorEpoch: number;
    readonly bumpsEpoch: boolean;
  }): ErrorName {
    const { producerId, epoch, coordinatorEpoch, bumpsEpoch } = marker;
    const state = this.states.get(producerId);
    if (state === undefined) return 'NONE';
    // KAFKA-19446: a late marker must not end the next transaction; KAFKA-19999: one that is repeated is welcome.
    const isLate = bumpsEpoch && epoch === state.epoch && state.openSince >= 0;
    if (epoch < state.epoch || isLate) return 'INVALID_PRODUCER_EPOCH';
    return state.coordinatorEpoch > coordinatorEpoch ? 'TRANSACTION_COORDINATOR_FENCED' : 'NONE';
  }

  /** Notes a batch of the log. @returns where the transaction began that a marker ends; -1 for no such thing */
  note(batch: SimulatedBatch): number {
    const { producerId, producerEpoch, baseSequence, isTransactional } = batch.origin;
    if (producerId < 0) return -1;
    const state = this.#stateOf(producerId);
    if (state.epoch !== producerEpoch) {
      state.epoch = producerEpoch;
      state.batches = [];
    }
    if (isTransactional) this.#guards.delete(producerId);
    state.lastTimestamp = batch.maxTimestamp;
    if (batch.marker !== undefined) {
      const began = state.openSince;
      state.openSince = -1;
      state.coordinatorEpoch = batch.coordinatorEpoch;
      return began;
    }
    if (baseSequence >= 0) {
      if (state.batches.length === REMEMBERED) state.batches.shift();
      state.batches.push({
        firstSequence: baseSequence,
        lastSequence: sequenceAfter(baseSequence, batch.count - 1),
        baseOffset: batch.baseOffset,
      });
    }
    if (isTransactional && state.openSince < 0) state.openSince = batch.baseOffset;
    return -1;
  }

  /** @returns the first offset of all open transactions; undefined where there is none */
  firstOpen(): number | undefined {
    let first: number | undefined;
    for (const { openSince } of this.states.values()) {
      if (openSince >= 0 && (first === undefined || openSince < first)) first = openSince;
    }
    return first;
  }

  #stateOf(producerId: number): ProducerState {
    const known = this.states.get(producerId);
    if (known !== undefined) return known;
    const state = {
      epoch: -1,
      coordinatorEpoch: -1,
      openSince: -1,
      lastTimestamp: -1,
      batches: [],
    };
    this.states.set(producerId, state);
    return state;
  }
}

function isEmpty(state: ProducerState | undefined): boolean {
  return state === undefined || state.batches.length === 0;
}

function lastSequence({ batches }: ProducerState): number {
  return batches.at(-1)?.lastSequence ?? -1;
}

/** Sequences begin anew at 0 after the largest int32. */
function sequenceAfter(sequence: number, steps: number): number {
  const next = sequence + steps;
  return next > MAX_SEQUENCE ? next - MAX_SEQUENCE - 1 : next;
}
