import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterView, KafkaConnection } from '@login-pipeline/nest-streams/operations';
import { connectClusterReader } from '@login-pipeline/nest-streams/operations';
import { pino } from 'pino';
import { exposition } from './metrics.ts';

export interface RunningExporter {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** What takes longer than this shows what was seen last: a scrape must not fail for one slow broker. */
const PATIENCE_MS = 500;
const NOTHING: ClusterView = { brokers: [], topics: [], groups: [] };

/**
 * Serves lag and cluster metrics under the names of danielqsj/kafka-exporter on `/metrics`, for machines that have no
 * container image of it. Groups and topics may come and vanish between two requests to the brokers.
 *
 * @param port 0: any free one
 * @throws KafkaUnavailableError when no broker answers at the start
 */
export async function startExporter(
  connection: KafkaConnection,
  port: number,
): Promise<RunningExporter> {
  const reader = await connectClusterReader(connection, pino({ level: 'silent' }));
  let seen = NOTHING;
  let reading: Promise<void> | undefined;
  const read = (): Promise<void> => {
    reading ??= reader
      .read()
      .then(
        (view) => {
          seen = view;
        },
        () => undefined,
      )
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    void Promise.race([read(), sleep(PATIENCE_MS)]).then(() => {
      response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
      response.end(exposition(seen));
    });
  });
  server.listen(port);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await reading;
      await reader.close();
    },
  };
}
