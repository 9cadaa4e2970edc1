/**
 * A Socket.IO client that is nothing but frames over TCP, since a generator must cost less than what it
 * drives: what leaves in one turn is one write, an answer is a string that is parsed when the clock has
 * stopped. It speaks to servers of this machine or of one's own network, never over TLS.
 *
 *   opening → here   the namespace let it in
 *   opening → gone   refused; the reason is thrown
 *   here    → gone   `close`, or the link ended: `onEnd` hears why
 */
import { connect, type Socket } from 'node:net';

const TEXT = 0x81;
const CLOSE_OPCODE = 8;
const HEAD_END = '\r\n\r\n';
/** Ten thousand who come at once stand in the server's line for twenty seconds. */
const OPEN_WITHIN_MS = 60_000;
const BUFFER_BYTES = 64 * 1024;

export class Wire {
  /** Hears every Socket.IO packet as it came: `42["event",...]`, `43<id>[...]`. */
  onPacket: (packet: string) => void = () => undefined;
  onEnd: (why: string) => void = () => undefined;
  readonly #socket: Socket;
  #out = Buffer.allocUnsafe(BUFFER_BYTES);
  #outBytes = 0;
  #rest: Buffer | null = null;
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Resolves when the server has let it in. @throws Error with what the server said otherwise */
  static open(url: string, token: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port || 80), noDelay: true });
    const wire = new Wire(socket);
    return new Promise((resolve, reject) => {
      wire.onEnd = (why) => reject(new Error(`${url}: ${why}`));
      wire.onPacket = (packet) => {
        if (packet.startsWith('0')) wire.say(`40${JSON.stringify({ token })}`);
        else if (packet.startsWith('44')) wire.#end(`refused: ${packet.slice(2)}`);
        else if (packet.startsWith('40')) {
          socket.setTimeout(0);
          wire.onPacket = () => undefined;
          wire.onEnd = () => undefined;
          resolve(wire);
        }
      };
      socket.setTimeout(OPEN_WITHIN_MS, () => wire.#end('nobody answered the handshake'));
      socket.on('error', (error) => wire.#end(error.message));
      socket.on('close', () => wire.#end('the link ended'));
      socket.once('connect', () => socket.write(upgradeRequest(hostname, port)));
      wire.#awaitUpgrade();
    });
  }

  /** Puts a packet into the next write; `flush` sends it. */
  put(packet: string): void {
    const bytes = Buffer.byteLength(packet);
    if (this.#outBytes + bytes + 14 > this.#out.length) this.flush();
    if (bytes + 14 > this.#out.length) this.#out = Buffer.allocUnsafe(bytes + 14);
    const out = this.#out;
    let at = this.#outBytes;
    out[at++] = TEXT;
    if (bytes < 126) out[at++] = 0x80 | bytes;
    else {
      out[at++] = 0x80 | 126;
      at = out.writeUInt16BE(bytes, at);
    }
    // A client must mask what it sends; under a mask of zeros every byte stays what it is.
    at = out.writeUInt32BE(0, at);
    this.#outBytes = at + out.write(packet, at);
  }

  flush(): void {
    if (this.#outBytes === 0 || this.#isOver) return;
    this.#socket.write(Buffer.from(this.#out.subarray(0, this.#outBytes)));
    this.#outBytes = 0;
  }

  say(packet: string): void {
    this.put(packet);
    this.flush();
  }

  close(): void {
    this.onEnd = () => undefined;
    this.#end('closed');
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.destroy();
    this.onEnd(why);
  }

  #awaitUpgrade(): void {
    let head = Buffer.alloc(0);
    const listen = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf(HEAD_END);
      if (end === -1) return;
      const [status = ''] = head.toString('latin1', 0, end).split('\r\n');
      if (!status.includes(' 101 ')) return this.#end(`no upgrade: ${head.toString('latin1').slice(0, 200)}`);
      this.#socket.off('data', listen);
      this.#socket.on('data', (more: Buffer) => this.#read(more));
      this.#read(head.subarray(end + HEAD_END.length));
    };
    this.#socket.on('data', listen);
  }

  #read(chunk: Buffer): void {
    const data = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= data.length) {
      let bytes = data[at + 1] as number;
      let body = at + 2;
      if (bytes === 126) {
        if (body + 2 > data.length) break;
        bytes = data.readUInt16BE(body);
        body += 2;
      } else if (bytes === 127) {
        if (body + 8 > data.length) break;
        bytes = Number(data.readBigUInt64BE(body));
        body += 8;
      }
      if (body + bytes > data.length) break;
      this.#frame(data, at, body, body + bytes);
      at = body + bytes;
    }
    this.#rest = at === data.length ? null : data.subarray(at);
  }

  #frame(data: Buffer, at: number, from: number, to: number): void {
    const isClose = ((data[at] as number) & 0x0f) === CLOSE_OPCODE;
    const packet = data.toString('utf8', from, to);
    if (isClose) this.#end('closed by the server');
    else if (packet === '2') this.say('3');
    else if (packet.startsWith('41')) this.#end('disconnected by the server');
    else this.onPacket(packet);
  }
}

function upgradeRequest(host: string, port: string): string {
  return [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: ${host}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: c2FtYmFyLWxvYWQtdGVzdA==',
    HEAD_END.slice(2),
  ].join('\r\n');
}
