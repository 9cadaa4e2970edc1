/**
 * What one turn of the loop has to say to a connection leaves in one write. A batch of settled wins tells
 * the same sockets many things at once (verdicts, `lead:taken`, alerts), and a system call each would cost
 * more than all the rest. Nothing waits longer than its turn.
 */
import type { Socket as NetSocket } from 'node:net';
import type { Socket } from 'socket.io';

type Connection = Socket['conn'];

/** What Socket.IO's connection and `ws` have inside, as far as it is used here. */
interface Inside {
  flush(): void;
  transport: { socket?: { _socket?: NetSocket | null } };
}

let due: (() => void)[] = [];

function flushAll(): void {
  const flushes = due;
  due = [];
  for (const flush of flushes) flush();
}

/** From now on packets of this connection gather until the turn ends. */
export function writeOnceATurn(conn: Connection): void {
  const inside = conn as unknown as Inside;
  const flush = inside.flush.bind(conn);
  let isDue = false;
  const flushOnce = () => {
    isDue = false;
    // Polling has no wire of its own: it gathers packets in one answer already.
    const wire = inside.transport.socket?._socket;
    wire?.cork();
    flush();
    wire?.uncork();
  };
  inside.flush = () => {
    if (isDue) return;
    isDue = true;
    if (due.push(flushOnce) === 1) setImmediate(flushAll);
  };
}
