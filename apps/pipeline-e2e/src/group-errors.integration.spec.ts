import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault, Frame } from './chaos/fault-proxy.ts';
import { fail } from './chaos/kafka-answers.ts';
import type { Api } from './chaos/kafka-frames.ts';
import { halfOpen, only } from './chaos/network-faults.ts';
import { Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { makeLoad } from './load.ts';
import { startProxiedCluster } from './proxied-cluster.ts';
import type { ProxiedCluster } from './proxied-cluster.ts';
import { killServices, Service } from './service.ts';
import type { Exit } from './service.ts';
import { waitFor } from './wait-for.ts';

/** Errors that coordinators answer with, by name and code (Kafka protocol guide, "Error Codes"). */
const CODES = {
  NONE: 0,
  UNKNOWN_SERVER_ERROR: -1,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
  GROUP_AUTHORIZATION_FAILED: 30,
  GROUP_MAX_SIZE_REACHED: 81,
  FENCED_INSTANCE_ID: 82,
};
type ErrorName = keyof typeof CODES;

const answering =
  (api: Api, error: ErrorName): Fault =>
  (frame) => {
    if (frame.direction === 'response' && frame.api === api) {
      fail(frame, CODES[error]);
    }
    return 'pass';
  };

const COORDINATION: ReadonlySet<Api> = new Set([
  'FindCoordinator',
  'Heartbeat',
  'JoinGroup',
  'SyncGroup',
]);

/** Longer than a session: a member that is thrown out has to be back. */
const BACK_MS = 30_000;
/** What a stop may take besides what it waits for: its process, on a busy machine. */
const END_MS = 6_000;

describe('a group', () => {
  let brokers: ProxiedCluster;
  const clusters: Cluster[] = [];

  beforeAll(async () => {
    brokers = await startProxiedCluster();
  });
  afterEach(killServices);
  afterAll(async () => {
    await Promise.all(clusters.map((cluster) => cluster.disconnect()));
    await brokers.stop();
  });

  /** A transformer behind the proxy, on topics and in a group of its own, and the records that it is given. */
  class Patient {
    readonly service: Service;
    readonly cluster: Cluster;
    readonly lane: Lane;
    readonly #clientId: string;
    #given = 0;

    private constructor(service: Service, cluster: Cluster, lane: Lane, clientId: string) {
      this.service = service;
      this.cluster = cluster;
      this.lane = lane;
      this.#clientId = clientId;
    }

    static async start(settings: Readonly<Record<string, string>> = {}): Promise<Patient> {
      const cluster = await Cluster.connect();
      clusters.push(cluster);
      const lane = await cluster.lane({ partitions: 1 });
      return Patient.join(cluster, lane, settings);
    }

    static async join(
      cluster: Cluster,
      lane: Lane,
      settings: Readonly<Record<string, string>> = {},
    ): Promise<Patient> {
      const clientId = `patient-${clients}`;
      clients += 1;
      const service = await Service.start('transformer', {
        ...lane.settings,
        ...settings,
        KAFKA_BROKERS: brokers.proxy.addresses,
        KAFKA_CLIENT_ID: clientId,
      });
      return new Patient(service, cluster, lane, clientId);
    }

    readonly isOurs = ({ clientId }: Frame): boolean => clientId === this.#clientId;

    /** Injects a fault for this service alone. @returns takes it away */
    readonly suffer = (fault: Fault): (() => void) =>
      brokers.proxy.inject(only(this.isOurs, fault));

    /** @returns once one answer was the error */
    async hit(api: Api, error: ErrorName): Promise<void> {
      let isHit = false;
      const fault = answering(api, error);
      const heal = this.suffer((frame) => {
        if (isHit || frame.direction !== 'response' || frame.api !== api) return 'pass';
        isHit = true;
        return fault(frame);
      });
      await this.service.until(`${api} with ${error}`, () => isHit, BACK_MS);
      heal();
    }

    async works(): Promise<void> {
      await this.cluster.produce(
        this.lane.input,
        makeLoad(40, 1).slice(this.#given, this.#given + 1),
      );
      this.#given += 1;
      await this.service.until('its work', () => this.cluster.isDone(this.lane), BACK_MS);
      await this.service.ready();
    }
  }
  let clients = 0;

  /** One service each. A coordinator that has called the member unknown knows better, and waits for the session to end. */
  const PASSING: readonly { readonly api: Api; readonly errors: readonly ErrorName[] }[] = [
    { api: 'Heartbeat', errors: ['UNKNOWN_MEMBER_ID'] },
    {
      api: 'Heartbeat',
      errors: ['ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'NOT_COORDINATOR'],
    },
    { api: 'Heartbeat', errors: ['COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS'] },
    { api: 'Heartbeat', errors: ['UNKNOWN_SERVER_ERROR', 'FENCED_INSTANCE_ID'] },
    { api: 'JoinGroup', errors: ['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR'] },
    { api: 'SyncGroup', errors: ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION'] },
  ];

  it('is joined again after every error that passes', async () => {
    const hitOneByOne = PASSING.map(async ({ api, errors }) => {
      const patient = await Patient.start();
      await patient.works();
      for (const error of errors) {
        const hit = patient.hit(api, error);
        // A heartbeat that fails makes it join; only then is there a join that can fail.
        if (api !== 'Heartbeat') await patient.hit('Heartbeat', 'REBALANCE_IN_PROGRESS');
        await hit;
        await patient.works();
      }
      return patient.service.stop();
    });
    const exits = await Promise.all([...hitOneByOne, survivesBoth(), survivesCuts()]);
    expect(exits).toEqual([...PASSING, 'both', 'cuts'].map(() => 0));
  });

  /** A broker that was away for long: its coordinator has forgotten the member, and then has to load first. */
  async function survivesBoth(): Promise<Exit> {
    const patient = await Patient.start();
    await patient.works();
    const loading = patient.hit('JoinGroup', 'COORDINATOR_LOAD_IN_PROGRESS');
    await patient.hit('Heartbeat', 'UNKNOWN_MEMBER_ID');
    await loading;
    await patient.works();
    return patient.service.stop();
  }

  /** Every second answer of the coordinator ends its connection. */
  async function survivesCuts(): Promise<Exit> {
    const patient = await Patient.start();
    await patient.works();
    let frames = 0;
    const heal = patient.suffer(({ direction, api }) => {
      if (direction !== 'response' || !COORDINATION.has(api)) return 'pass';
      frames += 1;
      return frames % 2 === 0 ? 'reset' : 'pass';
    });
    await patient.service.until('cuts', () => frames >= 2, BACK_MS);
    heal();
    await patient.works();
    return patient.service.stop();
  }

  it('that refuses the member ends the process: an operator has to act', async () => {
    const refusals: readonly { api: Api; error: ErrorName; exit: number }[] = [
      { api: 'Heartbeat', error: 'GROUP_AUTHORIZATION_FAILED', exit: 69 },
      { api: 'JoinGroup', error: 'GROUP_AUTHORIZATION_FAILED', exit: 69 },
      { api: 'JoinGroup', error: 'GROUP_MAX_SIZE_REACHED', exit: 69 },
    ];
    const exits = await Promise.all(
      refusals.map(async ({ api, error }) => {
        const { service, suffer } = await Patient.start();
        suffer(answering(api, error));
        return { api, error, exit: await waitFor('its end', () => service.exit) };
      }),
    );
    expect(exits).toEqual(refusals);
  });

  it('that waits for a member keeps no other from ending, and forgets one that left', async () => {
    const oldest = await Patient.start();
    const { cluster, lane } = oldest;
    await oldest.works();
    const second = await Patient.join(cluster, lane);
    await second.service.ready();
    await oldest.service.ready();

    // It hears of no rebalance and goes on: the next join waits for it.
    const hears = oldest.suffer(answering('Heartbeat', 'NONE'));
    const joining: string[] = [];
    const stopListening = brokers.proxy.inject(({ direction, api, clientId }) => {
      if (direction === 'request' && api === 'JoinGroup') joining.push(clientId);
      return 'pass';
    });
    const third = await Patient.join(cluster, lane);
    await third.service.until(
      'both joins',
      () => new Set(joining).size === 2 && joining.length >= 3,
    );
    stopListening();
    const began = performance.now();
    expect(await Promise.all([second.service.stop(), third.service.stop()])).toEqual([0, 0]);
    expect(performance.now() - began).toBeLessThan(END_MS);

    const { groups } = await cluster.admin.describeGroups([lane.group]);
    expect(groups[0]).toMatchObject({ state: 'PreparingRebalance', members: { length: 1 } });
    hears();
    await oldest.works();
    expect(await oldest.service.stop()).toBe(0);
  });

  it('without brokers keeps no member from ending in time', async () => {
    const settings = { DRAIN_TIMEOUT_MS: '3000' };
    const cut: Fault = () => 'reset';
    await Promise.all(
      [halfOpen, cut].map(async (fault) => {
        const patient = await Patient.start(settings);
        await patient.works();
        patient.suffer(fault);
        const began = performance.now();
        expect(await patient.service.stop()).toBe(0);
        expect(performance.now() - began).toBeLessThan(3_000 + END_MS);
      }),
    );
  });
});
