import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import { foreignServer, explainErrors } from './socket-errors.ts';
import { wholeResponses } from './whole-responses.ts';

/** As kafkajs' own sockets have it. */
export const KEEP_ALIVE_MS = 60_000;

/** Makes kafkajs' sockets where there is no TLS. */
export const plainSockets: ISocketFactory = ({ host, port, onConnect }) => {
  const onread = wholeResponses(
    (response) => socket.emit('data', response),
    (start) => socket.destroy(foreignServer(start)),
  );
  const socket: Socket = connect({ host, port, onread }, onConnect);
  explainErrors(socket);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return socket;
};
