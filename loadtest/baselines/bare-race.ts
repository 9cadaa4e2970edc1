/**
 * The least a race can cost: the same frames in and out over Socket.IO, a Map, no rules, no disk, no
 * validation, no sign-in. What the product costs more than this is what its promises cost.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const http = createServer((request, response) => {
  // POST /leads: puts a lead up and alerts everybody.
  request.resume().on('end', () => {
    const leadId = `lead_${++leads}`;
    const offerId = `offer_${leads}`;
    winners.set(leadId, null);
    const now = new Date().toISOString();
    io.emit('lead:alert', {
      id: leads,
      offerId,
      leadId,
      company: { name: 'PT Maju Jaya', size: 120 },
      contact: { title: 'IT Manager' },
      source: 'web form',
      score: 55,
      temperature: 'warm',
      opensAt: now,
      closesAt: now,
      sentAt: now,
      blind: false,
    });
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id: leadId }));
  });
});
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
const winners = new Map<string, string | null>();
let leads = 0;

io.on('connection', (socket) => {
  const id = String(socket.handshake.auth.token);
  socket.emit('pool:snapshot', { upTo: leads, offers: [] });
  socket.on(
    'lead:claim',
    ({ leadId, offerId }: { leadId: string; offerId: string }, ack: (verdict: unknown) => void) => {
      const winner = winners.get(leadId) ?? null;
      if (winner === null) {
        winners.set(leadId, id);
        const at = new Date().toISOString();
        ack({
          verdict: 'won',
          leadId,
          offerId,
          claimId: offerId,
          claimedAt: at,
          claimSpeedMs: 5,
          lead: { id: leadId },
        });
        socket.broadcast.emit('lead:taken', { id: leads, offerId, leadId, by: { id, name: 'Sari' }, at });
      } else {
        ack({ verdict: 'lost', leadId, offerId, winner: { id: winner, name: 'Sari' }, byMs: 1 });
      }
    },
  );
});

http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listens on http://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
});
