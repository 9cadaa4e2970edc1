/** A Socket.IO event with an ack: the frame of a claim in, the frame of a lost one out. */
import { type Asked, alertOf, lostOf } from './frames.ts';
import { socketServer } from './socket-server.ts';

let leads = 0;
const io = socketServer((all) => {
  const alert = alertOf(++leads, new Date().toISOString());
  all.emit('lead:alert', alert);
  return { id: alert.leadId };
});

io.on('connection', (socket) => {
  const id = String(socket.handshake.auth.token);
  socket.emit('pool:snapshot', { upTo: leads, offers: [] });
  socket.on('lead:claim', (asked: Asked, ack: (verdict: unknown) => void) => ack(lostOf(asked, id)));
});
