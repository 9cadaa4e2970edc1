/**
 * The least a race can cost: the same frames in and out over Socket.IO, a Map, no rules, no disk, no
 * validation, no sign-in. What the product costs more than this is what its promises cost.
 */
import { type Asked, alertOf, awardOf, lostOf, takenOf, withdrawnOf, wonOf } from './frames.ts';
import { socketServer } from './socket-server.ts';

const winners = new Map<string, string | null>();
let leads = 0;

const io = socketServer((all) => {
  const alert = alertOf(++leads, new Date().toISOString());
  winners.set(alert.leadId, null);
  all.emit('lead:alert', alert);
  return { id: alert.leadId };
});

io.on('connection', (socket) => {
  const id = String(socket.handshake.auth.token);
  socket.emit('pool:snapshot', { upTo: leads, offers: [] });
  socket.on('lead:claim', (asked: Asked, ack: (verdict: unknown) => void) => {
    const winner = winners.get(asked.leadId) ?? null;
    if (winner !== null) return ack(lostOf(asked, winner));
    winners.set(asked.leadId, id);
    const at = new Date().toISOString();
    socket.emit('points:awarded', awardOf(leads, asked, at));
    socket.broadcast.emit('lead:taken', takenOf(leads, asked, id, at));
    socket.emit('lead:withdrawn', withdrawnOf(leads, asked));
    ack(wonOf(asked, id, at));
  });
});
