/** A Socket.IO server with the product's options, and nothing else of it. Bodies of posts are read, not understood. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

/** @param onPost what a POST does; it answers the body of the 201 */
export function socketServer(onPost: (io: Server) => unknown = () => ({})): Server {
  const http = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(onPost(io)));
    });
  });
  const io = new Server(http, {
    serveClient: false,
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: 1_000_000,
    pingInterval: 15_000,
    pingTimeout: 10_000,
    perMessageDeflate: false,
  });
  http.listen(0, '127.0.0.1', () => {
    process.stdout.write(`listens on http://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
  });
  return io;
}
