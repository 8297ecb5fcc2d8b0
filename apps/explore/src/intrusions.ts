import type { Intrusion, Point } from './pinpoint.ts';
import { PASSING } from './refusals.ts';

/** A session ends meanwhile. */
const LONG_MS = 8_000;

/** What can happen at a request. */
export const INTRUSIONS: readonly Intrusion[] = [
  { name: 'lose request', fault: 'lose-request' },
  { name: 'lose answer', fault: 'lose-answer' },
  { name: 'late', fault: { delay: 1_500 } },
  { name: 'very late', fault: { delay: LONG_MS } },
  {
    name: 'kill',
    run: ({ fleet, service, later }: Point): void => {
      later(0, () => {
        if (service !== undefined) fleet.killOne(service);
      });
      later(500, () => fleet.start());
    },
  },
  {
    name: 'kill before, for good',
    fault: 'lose-request',
    run: ({ fleet, service, later }: Point): void => {
      later(0, () => {
        if (service !== undefined && fleet.running.length > 1) fleet.killOne(service);
      });
    },
  },
  {
    name: 'stop',
    run: ({ fleet, service, later }: Point): void => {
      later(0, () => {
        if (service !== undefined) fleet.stopOne(service);
      });
      later(500, () => fleet.start());
    },
  },
  {
    name: 'freeze',
    run: ({ process, later }: Point): void => {
      later(0, () => {
        process.freeze();
      });
      later(LONG_MS, () => {
        process.thaw();
      });
    },
  },
  {
    name: 'freeze, arrives late',
    fault: { delay: LONG_MS - 500 },
    run: ({ process, later }: Point): void => {
      later(0, () => {
        process.freeze();
      });
      later(LONG_MS, () => {
        process.thaw();
      });
    },
  },
  {
    name: 'broker stopped',
    run: ({ cluster, broker, later }: Point): void => {
      later(0, () => {
        cluster.stopBroker(broker);
      });
      later(1_500, () => {
        cluster.restartBroker(broker);
      });
    },
  },
  {
    name: 'broker killed',
    run: ({ cluster, broker, later }: Point): void => {
      later(0.5, () => {
        cluster.killBroker(broker);
      });
      later(1_500, () => {
        cluster.restartBroker(broker);
      });
    },
  },
  {
    name: 'broker stopped and process killed',
    run: ({ cluster, fleet, service, broker, later }: Point): void => {
      later(0, () => {
        cluster.stopBroker(broker);
      });
      later(45, () => {
        if (service !== undefined) fleet.killOne(service);
      });
      later(1_500, () => {
        cluster.restartBroker(broker);
      });
      later(2_000, () => fleet.start());
    },
  },
  {
    name: 'broker stopped twice',
    run: ({ cluster, broker, later }: Point): void => {
      later(0, () => {
        cluster.stopBroker(broker);
      });
      later(500, () => {
        cluster.restartBroker(broker);
      });
      later(600 + cluster.random.between(0, 800), () => {
        cluster.stopBroker(broker);
      });
      later(2_500, () => {
        cluster.restartBroker(broker);
      });
    },
  },
  {
    name: 'error',
    run: ({ cluster, refuse }: Point): void => {
      refuse(cluster.random.pick(PASSING), false);
    },
  },
  {
    name: 'error, done',
    run: ({ cluster, refuse }: Point): void => {
      refuse(cluster.random.pick(PASSING), true);
    },
  },
];
