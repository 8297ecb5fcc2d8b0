import type { Fault } from '../chaos/fault-proxy.ts';
import type { PlantedBug } from '../chaos/planted-bugs.ts';
import type { AppName } from '../service.ts';

/** Something that keeps a built service from moving although it is alive. */
export interface Stall {
  readonly name: string;
  readonly app: Extract<AppName, 'transformer' | 'aggregator'>;
  /** What was planted in the service, switched on by {@link PLANTED_STALL}. */
  readonly planted?: Planted;
  /** What the network does past {@link MOVES_TO}. */
  readonly fault?: Fault;
  /** Whether a batch is being processed when it is found out. */
  readonly inFlight: boolean;
}

type Planted = 'handler' | 'transaction' | 'pause' | 'slow';

/** Up to this offset every partition moves. */
export const MOVES_TO = 20;
/** How long a slow batch takes. */
export const SLOW_MS = 700;

/** The variable that switches one planted stall on. */
export const PLANTED_STALL = 'PLANTED_STALL';

const when = (planted: Planted, then: string): string =>
  `if (process.env.${PLANTED_STALL} === '${planted}' && nextOffset > ${MOVES_TO}n) ${then}\n    `;
const NEVER = 'new Promise(() => undefined);';
const LANE = 'libs/streams/src/transform/lane.ts';

const before = (file: string, fragment: string, inserted: string) => ({
  file,
  fragment,
  replacement: `${inserted}${fragment}`,
});

/** Ways to stall, built into the services; each waits to be switched on. */
export const STALLING: Pick<PlantedBug, 'name' | 'patches'> = {
  name: 'stalls',
  patches: [
    before(
      'apps/transformer/src/login.controller.ts',
      'return stream.plan(',
      `const { nextOffset } = batch;\n    ${when('handler', `return ${NEVER}`)}`,
    ),
    before(
      'apps/aggregator/src/fold.controller.ts',
      'this.#metrics.count(',
      `const { nextOffset } = batch;\n    ${when('handler', `return ${NEVER}`)}`,
    ),
    before(
      LANE,
      'const settling = this.#commit(planned, this.#goOn(',
      `const { nextOffset } = batch;\n    ${when('transaction', `await ${NEVER}`)}` +
        when('slow', `await new Promise((resolve) => setTimeout(resolve, ${SLOW_MS}));`),
    ),
    before(LANE, 'if (records.length === 0) return work();', when('pause', `return ${NEVER}`)),
  ],
};

const noFetchAnswered: Fault = ({ direction, api }) =>
  direction === 'response' && api === 'Fetch' ? 'swallow' : 'pass';

export const STALLS: readonly Stall[] = [
  {
    name: 'a transformer whose handler hangs',
    app: 'transformer',
    planted: 'handler',
    inFlight: true,
  },
  {
    name: 'an aggregator whose handler hangs',
    app: 'aggregator',
    planted: 'handler',
    inFlight: true,
  },
  {
    name: 'a transformer that waits for a promise that never settles',
    app: 'transformer',
    planted: 'transaction',
    inFlight: true,
  },
  {
    name: 'a transformer that works on nothing of what it has fetched',
    app: 'transformer',
    planted: 'pause',
    inFlight: false,
  },
  {
    name: 'a transformer whose fetches are not answered',
    app: 'transformer',
    fault: noFetchAnswered,
    inFlight: false,
  },
  {
    name: 'an aggregator whose fetches are not answered',
    app: 'aggregator',
    fault: noFetchAnswered,
    inFlight: false,
  },
];
