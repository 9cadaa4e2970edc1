/** A client of Socket.IO over a bare TCP connection, which reads when the test lets it: a wall whose network is poor. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const opened = new Set<SlowReader>();

/** One text frame as a client must send it, masked. */
function frameOf(text: string): Buffer {
  const body = Buffer.from(text);
  const mask = randomBytes(4);
  const head = body.length < 126 ? Buffer.from([0x81, 0x80 | body.length]) : Buffer.from([0x81, 0xfe, 0, 0]);
  if (body.length >= 126) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, mask, body.map((byte, n) => byte ^ (mask[n % 4] as number))]);
}

export class SlowReader {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #received = '';
  #onText: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = once(socket, 'close').then(() => undefined);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => this.#take(chunk));
    opened.add(this);
  }

  /** Connects and signs in; rejects when the server ends the connection instead. */
  static async open(url: string, token: string): Promise<SlowReader> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const reader = new SlowReader(socket);
    await once(socket, 'connect');
    const head = [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    await reader.hears('0{"sid"');
    socket.write(frameOf(`40${JSON.stringify({ token })}`));
    await reader.hears('40{"sid"');
    return reader;
  }

  say(event: string, payload: unknown): void {
    this.#socket.write(frameOf(`42${JSON.stringify([event, payload])}`));
  }

  /** Resolves when this text has been read. */
  async hears(text: string): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      this.#onText = () => {
        if (this.#received.includes(text)) resolve();
      };
      this.#onText();
    });
    const ended = this.closed.then(() => Promise.reject(new Error(`closed before ${text} was heard`)));
    ended.catch(() => undefined);
    await Promise.race([heard, ended]);
  }

  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  /** While it does not read: what is buffered in this process, and one byte of it gone. */
  readOneByte(): void {
    this.#socket.read(1);
  }

  /** Bytes read so far. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  close(): void {
    this.#socket.destroy();
    opened.delete(this);
  }

  #take(chunk: Buffer): void {
    this.#received = (this.#received + chunk.toString('latin1')).slice(-200_000);
    this.#onText();
  }
}

/** For `afterEach`: nothing a test opened outlives it. */
export function closeSlowReaders(): void {
  for (const reader of opened) reader.close();
}
