/**
 * `io.to(room).emit` to everybody who is connected, and nothing around it: an alert for each post, or for each
 * `alert` a client sends; and a `lead:taken` to all but the one who sends a claim.
 */
import { type Asked, alertOf, takenOf, wonOf } from './frames.ts';
import { socketServer } from './socket-server.ts';

let sent = 0;
const alert = () => {
  const card = alertOf(++sent, new Date().toISOString());
  io.to('all').emit('lead:alert', card);
  return { id: card.leadId };
};
const io = socketServer(alert);

io.on('connection', (socket) => {
  const id = String(socket.handshake.auth.token);
  void socket.join('all');
  socket.emit('pool:snapshot', { upTo: sent, offers: [] });
  socket.on('alert', alert);
  socket.on('lead:claim', (asked: Asked, ack: (verdict: unknown) => void) => {
    const at = new Date().toISOString();
    io.to('all')
      .except(socket.id)
      .emit('lead:taken', takenOf(sent, asked, id, at));
    ack(wonOf(asked, id, at));
  });
});
