/** Many packets of one turn reach the wire in one write, in their order; those of the next turn in another. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { expect, it } from 'vitest';
import { writeOnceATurn } from './one-write.ts';

/** How often the server wrote to the wire for three events of one turn, and what the client heard. */
async function written(gather: boolean): Promise<{ writes: number; heard: number[] }> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const io = new Server(http, { transports: ['websocket'] });
  if (gather) io.engine.on('connection', writeOnceATurn);
  const arrived = once(io, 'connection') as Promise<[Socket]>;
  const client = connect(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: ['websocket'] });
  const [socket] = await arrived;
  await new Promise<void>((resolve) => void client.once('connect', resolve));
  const wire = (socket.conn.transport as unknown as { socket: { _socket: NetSocket } }).socket._socket;
  let writes = 0;
  for (const name of ['_write', '_writev'] as const) {
    const real = (wire[name] as (...args: unknown[]) => void).bind(wire);
    wire[name] = (...args: unknown[]) => {
      writes++;
      real(...args);
    };
  }
  const heard: number[] = [];
  client.on('n', (n: number) => heard.push(n));
  client.on('last', (answer: () => void) => answer());
  for (const n of [1, 2, 3]) socket.emit('n', n);
  await socket.emitWithAck('last');
  // Closing says something, too.
  const seen = { writes, heard: [...heard] };
  client.close();
  await io.close();
  return seen;
}

it('what one turn says leaves in one write', async () => {
  expect(await written(true)).toEqual({ writes: 1, heard: [1, 2, 3] });
});

it('Socket.IO alone writes more often', async () => {
  const { writes, heard } = await written(false);
  expect(heard).toEqual([1, 2, 3]);
  expect(writes).toBeGreaterThan(1);
});
