import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An alert as Alertmanager's webhook delivers it. */
export interface DeliveredAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Where Alertmanager sends to: keeps what arrived. */
export interface AlertReceiver {
  readonly url: string;
  /** Every delivery so far, in order. */
  readonly delivered: readonly DeliveredAlert[];
  readonly stop: () => Promise<void>;
}

export async function startAlertReceiver(): Promise<AlertReceiver> {
  const delivered: DeliveredAlert[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { alerts } = JSON.parse(body) as { readonly alerts: readonly DeliveredAlert[] };
      delivered.push(...alerts);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    delivered,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
