const nothing = Buffer.alloc(0);
const leastRoom = 512;

/**
 * Bytes that were read and wait for those behind them. Room grows by doubling: what comes byte by byte is not copied
 * once for each byte.
 */
export class KeptBytes {
  private bytes: Buffer = nothing;
  /** Memory of our own in which the bytes stand from its beginning on; null where they stand elsewhere. */
  private room: Buffer | null = null;
  private lent: Buffer = nothing;
  private lentRoom: Buffer | null = null;

  get length(): number {
    return this.bytes.length;
  }

  /** Adds bytes behind the others; they are kept, not copied, where they are the only ones. */
  add(more: Buffer): void {
    const { length } = this.bytes;
    if (more.length === 0) return;
    if (length === 0) {
      this.bytes = more;
      this.room = null;
      return;
    }
    const total = length + more.length;
    if (this.room === null || this.room.length < total) {
      this.room = Buffer.allocUnsafeSlow(Math.max(leastRoom, 2 * total));
      this.bytes.copy(this.room);
    }
    more.copy(this.room, length);
    this.bytes = this.room.subarray(0, total);
  }

  /** Gives all of them out. */
  take(): Buffer {
    const { bytes } = this;
    // What stands elsewhere is not remembered: a connection that is idle would keep the last piece of its body alive.
    this.lent = this.room === null ? nothing : bytes;
    this.lentRoom = this.room;
    this.bytes = nothing;
    this.room = null;
    return bytes;
  }

  /** Keeps what is left of those that were given out, or others. */
  put(bytes: Buffer): void {
    this.bytes = bytes;
    this.room = bytes === this.lent ? this.lentRoom : null;
  }

  clear(): void {
    this.put(nothing);
    this.lent = nothing;
    this.lentRoom = null;
  }
}
