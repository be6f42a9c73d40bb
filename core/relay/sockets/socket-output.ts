import type { Socket } from 'node:net';
import { writeCopy } from './write-copy.ts';

/** Pieces up to this size leave as text, in one write with what stands before and after them. */
const smallPiece = 8_192;
/** More than this does not wait. */
const waitingLimit = 16_384;

let turn: SocketOutput[] = [];

function flushTurn(): void {
  const outputs = turn;
  turn = [];
  for (const output of outputs) output.flush();
}

/**
 * What goes out on one connection. Small pieces wait for the end of the turn of the event loop, when all that was read
 * in it has been dealt with: then they leave connection after connection, each in one write. A peer on another
 * processor is so woken once for many of them rather than once for each, and a wake-up costs more than all else in a
 * write.
 */
export class SocketOutput {
  private readonly socket: Socket;
  private waiting = '';

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Something was written that has not left yet. */
  get waits(): boolean {
    return this.waiting !== '';
  }

  /** Writes Latin-1 text. False: wait for `drain`. */
  text(text: string): boolean {
    if (this.waiting === '' && text !== '') {
      if (turn.length === 0) setImmediate(flushTurn);
      turn.push(this);
    }
    this.waiting += text;
    if (this.waiting.length > waitingLimit) this.flush();
    return !this.socket.writableNeedDrain;
  }

  /**
   * Writes a piece with the text around it. The bytes need to be valid during the call only, unless they are `owned`:
   * then they leave as they are. False: wait for `drain`.
   */
  piece(before: string, bytes: Buffer, after: string, owned: boolean): boolean {
    if (bytes.length <= smallPiece) return this.text(`${before}${bytes.toString('latin1')}${after}`);
    const { socket } = this;
    const first = this.waiting + before;
    this.waiting = '';
    socket.cork();
    if (first !== '') socket.write(first, 'latin1');
    const more = owned ? socket.write(bytes) : writeCopy(socket, bytes);
    if (after !== '') socket.write(after, 'latin1');
    socket.uncork();
    return more;
  }

  /** Writes now what waits; on a connection that has ended it goes on waiting, for it never left. */
  flush(): void {
    const text = this.waiting;
    if (text === '' || !this.socket.writable) return;
    this.waiting = '';
    this.socket.write(text, 'latin1');
  }
}
