import type { Clock } from '../../base/index.ts';
import type { UpstreamTarget } from '../../contract/index.ts';
import { UpstreamConnection } from './upstream-connection.ts';

export interface UpstreamPoolOptions {
  readonly clock: Clock;
  /** From the whole request being sent to the first byte of the answer, in milliseconds; 0 waits for ever. */
  readonly firstByteMs: number;
  /** Longest time without a byte in either direction, in milliseconds; 0 waits for ever. */
  readonly idleMs: number;
  /** Longest time to establish a connection, in milliseconds. */
  readonly connectMs: number;
  /** How long an unused connection is kept, in milliseconds; below what usual servers keep theirs. */
  readonly keepMs?: number;
  /** Unused connections kept for each target. */
  readonly keepPerTarget?: number;
}

/** Connections to upstreams, reused; also the one timer that watches all their limits. */
export interface UpstreamPool {
  /** An unused connection that stands, or a new one. */
  take(target: UpstreamTarget): UpstreamConnection;
  /** A new connection, whatever is there; `asStream` when its socket is to be given out later. */
  open(target: UpstreamTarget, asStream?: boolean): UpstreamConnection;
  /** How many connections there are, in use or not. */
  readonly size: number;
  /** Cuts every connection; exchanges that run end as broken. */
  close(): void;
}

/** A spare part of a server's own patience, for the way between us. */
const keepAliveMarginMs = 1_000;

class ConnectionPool implements UpstreamPool {
  private readonly options: UpstreamPoolOptions;
  private readonly all = new Set<UpstreamConnection>();
  private readonly free = new Map<string, UpstreamConnection[]>();
  private readonly sweepMs: number;
  private cancelSweep: (() => void) | null = null;
  private readonly keepMs: number;
  private readonly keepPerTarget: number;
  readonly nowMs: () => number;

  constructor(options: UpstreamPoolOptions) {
    this.options = options;
    this.keepMs = options.keepMs ?? 4_000;
    this.keepPerTarget = options.keepPerTarget ?? 256;
    this.nowMs = () => options.clock.monotonicMs();
    const limits = [options.firstByteMs, options.idleMs, options.connectMs, this.keepMs].filter(
      (ms) => ms > 0,
    );
    this.sweepMs = Math.max(5, Math.min(1_000, ...limits.map((ms) => ms / 4)));
  }

  get size(): number {
    return this.all.size;
  }

  take(target: UpstreamTarget): UpstreamConnection {
    const list = this.free.get(keyOf(target));
    while (list !== undefined) {
      const connection = list.pop();
      if (connection === undefined) break;
      if (connection.usable) return connection;
    }
    return this.open(target);
  }

  open(target: UpstreamTarget, asStream = false): UpstreamConnection {
    const connection = new UpstreamConnection(target, keyOf(target), this, asStream);
    this.all.add(connection);
    if (this.cancelSweep === null) this.scheduleSweep();
    return connection;
  }

  onFree(connection: UpstreamConnection): void {
    if (!connection.usable) return;
    const list = this.free.get(connection.key);
    if (list === undefined) this.free.set(connection.key, [connection]);
    else if (list.length < this.keepPerTarget) list.push(connection);
    else connection.destroy();
  }

  onGone(connection: UpstreamConnection): void {
    this.all.delete(connection);
    const list = this.free.get(connection.key);
    const index = list?.indexOf(connection) ?? -1;
    if (index !== -1) list?.splice(index, 1);
    if (list?.length === 0) this.free.delete(connection.key);
  }

  close(): void {
    this.cancelSweep?.();
    this.cancelSweep = null;
    for (const connection of [...this.all]) {
      if (connection.onIdle === null) connection.fail('broken', 'the relay is closing');
      else connection.destroy();
    }
    this.free.clear();
  }

  private scheduleSweep(): void {
    this.cancelSweep = this.options.clock.setTimer(this.sweepMs, () => {
      this.cancelSweep = null;
      this.sweep();
      if (this.all.size > 0 && this.cancelSweep === null) this.scheduleSweep();
    });
  }

  private sweep(): void {
    const now = this.nowMs();
    for (const connection of [...this.all]) {
      if (connection.onIdle !== null) connection.touchIfMoved();
      const stillMs = now - connection.lastActivityMs;
      if (connection.onIdle !== null) this.sweepSplice(connection.onIdle, stillMs);
      else if (!connection.busy) this.sweepFree(connection, stillMs);
      else this.sweepBusy(connection, stillMs);
    }
  }

  private sweepSplice(onIdle: () => void, stillMs: number): void {
    if (this.options.idleMs > 0 && stillMs >= this.options.idleMs) onIdle();
  }

  private sweepFree(connection: UpstreamConnection, stillMs: number): void {
    const promised =
      connection.keepAliveMs === null ? this.keepMs : connection.keepAliveMs - keepAliveMarginMs;
    if (stillMs >= Math.min(this.keepMs, promised)) connection.destroy();
  }

  private sweepBusy(connection: UpstreamConnection, stillMs: number): void {
    const { connectMs, firstByteMs, idleMs } = this.options;
    if (connection.socket.connecting) {
      if (stillMs >= connectMs) connection.fail('unreachable', `no connection within ${connectMs} ms`);
    } else if (connection.requestSent && !connection.headReceived) {
      if (firstByteMs > 0 && stillMs >= firstByteMs) {
        connection.fail('first-byte-timeout', `no first byte within ${firstByteMs} ms`);
      }
    } else if (idleMs > 0 && stillMs >= idleMs) {
      connection.fail('idle-timeout', `no byte moved within ${idleMs} ms`);
    }
  }
}

function keyOf(target: UpstreamTarget): string {
  return 'socketPath' in target ? target.socketPath : `${target.host}:${target.port}`;
}

/** Never throws: every failure of a connection is told to the reader of its exchange. */
export function createUpstreamPool(options: UpstreamPoolOptions): UpstreamPool {
  return new ConnectionPool(options);
}
