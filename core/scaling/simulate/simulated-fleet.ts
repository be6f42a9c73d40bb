import type { ReplicaPicture, ReplicaState } from '../plan-instances.ts';
import { EventQueue } from './event-queue.ts';

interface SimulatedReplica extends ReplicaPicture {
  state: ReplicaState;
  inFlight: number;
  served: number;
  idleSince: number;
  readonly startedMs: number;
  /** When it is ready; before the trace for one that was there already. */
  readonly readyMs: number;
}

type FleetEvent =
  | { readonly kind: 'ready'; readonly replica: SimulatedReplica }
  | { readonly kind: 'ended'; readonly replica: SimulatedReplica; readonly serviceMs: number };

interface Waiter {
  readonly index: number;
  readonly atMs: number;
  readonly serviceMs: number;
}

/** Replicas of one revision and the queue for them: the one with the fewest requests gets the next, first come first served. */
export class SimulatedFleet {
  readonly #concurrency: number;
  readonly #startMs: number;
  readonly #live = new Map<string, SimulatedReplica>();
  readonly #events = new EventQueue<FleetEvent>();
  readonly #waitsMs: number[] = [];
  #queue: Waiter[] = [];
  #queueHead = 0;
  #inFlight = 0;
  #made = 0;
  #starts = 0;
  #coldStarts = 0;
  #replicaMs = 0;
  #peak = 0;
  #lastUse: number | null = null;
  #learned = false;
  #nowMs = 0;

  constructor(concurrency: number, startMs: number) {
    this.#concurrency = concurrency;
    this.#startMs = startMs;
  }

  get replicas(): readonly ReplicaPicture[] {
    return [...this.#live.values()];
  }

  get busy(): boolean {
    return this.#inFlight > 0 || this.#waiting > 0;
  }

  get nextEventMs(): number {
    return this.#events.nextMs;
  }

  get #waiting(): number {
    return this.#queue.length - this.#queueHead;
  }

  view(nowMs: number) {
    const live = [...this.#live.values()].filter(({ state }) => state !== 'draining');
    const starting = live.filter(({ state }) => state === 'starting');
    return {
      inFlight: this.#inFlight,
      waiting: this.#waiting,
      live: live.length,
      ready: live.length - starting.length,
      startingForMs:
        starting.length === 0 ? null : nowMs - Math.min(...starting.map(({ startedMs }) => startedMs)),
      idleMs: this.#lastUse === null ? null : nowMs - this.#lastUse,
      learnedStartMs: this.#learned ? this.#startMs : null,
    };
  }

  /** True when the request has to wait. */
  arrive(nowMs: number, serviceMs: number): boolean {
    const waiter = { index: this.#waitsMs.length, atMs: nowMs, serviceMs };
    this.#waitsMs.push(0);
    const replica = this.#waiting === 0 ? this.#freest() : undefined;
    if (replica === undefined) this.#queue.push(waiter);
    else this.#serve(replica, waiter, nowMs);
    return replica === undefined;
  }

  start(nowMs: number): void {
    this.#starts += 1;
    const replica = this.#make('starting', nowMs, nowMs + this.#startMs);
    this.#events.add(replica.readyMs, { kind: 'ready', replica });
  }

  /** Replicas that were there before the trace; their start costs nothing. */
  addReady(count: number): void {
    for (let index = 0; index < count; index += 1) this.#make('ready', 0, Number.NEGATIVE_INFINITY);
  }

  drain(id: string, nowMs: number): void {
    const replica = this.#live.get(id);
    if (replica === undefined) return;
    replica.state = 'draining';
    if (replica.inFlight === 0) this.#end(replica, nowMs);
  }

  revive(id: string): void {
    const replica = this.#live.get(id);
    if (replica !== undefined) replica.state = 'ready';
  }

  /** Lets the next event happen. The time that a request was worked on when one ended, null when a replica got ready. */
  advance(nowMs: number): number | null {
    const event = this.#events.take();
    this.#nowMs = nowMs;
    const { replica } = event;
    if (event.kind === 'ready') {
      if (replica.state === 'starting') this.#becomeReady(replica, nowMs);
      return null;
    }
    replica.inFlight -= 1;
    replica.served += 1;
    replica.idleSince = nowMs;
    this.#inFlight -= 1;
    this.#lastUse = nowMs;
    if (replica.state === 'draining' && replica.inFlight === 0) this.#end(replica, nowMs);
    this.#serveWaiting(nowMs);
    return event.serviceMs;
  }

  account() {
    for (const { startedMs } of this.#live.values()) this.#replicaMs += this.#nowMs - startedMs;
    return {
      waitsMs: this.#waitsMs,
      starts: this.#starts,
      coldStarts: this.#coldStarts,
      replicaMs: this.#replicaMs,
      peakReplicas: this.#peak,
    };
  }

  #make(state: 'starting' | 'ready', nowMs: number, readyMs: number): SimulatedReplica {
    this.#made += 1;
    const replica: SimulatedReplica = {
      id: String(this.#made),
      state,
      inFlight: 0,
      served: 0,
      idleSince: nowMs,
      stopSent: false,
      startedMs: nowMs,
      readyMs,
    };
    this.#live.set(replica.id, replica);
    this.#peak = Math.max(this.#peak, this.#live.size);
    return replica;
  }

  #becomeReady(replica: SimulatedReplica, nowMs: number): void {
    replica.state = 'ready';
    replica.idleSince = nowMs;
    this.#lastUse = nowMs;
    this.#learned = true;
    this.#serveWaiting(nowMs);
  }

  #end(replica: SimulatedReplica, nowMs: number): void {
    replica.state = 'gone';
    this.#live.delete(replica.id);
    this.#replicaMs += nowMs - replica.startedMs;
  }

  #freest(): SimulatedReplica | undefined {
    let best: SimulatedReplica | undefined;
    for (const replica of this.#live.values()) {
      if (replica.state !== 'ready' || replica.inFlight >= this.#concurrency) continue;
      if (best === undefined || replica.inFlight < best.inFlight) best = replica;
    }
    return best;
  }

  #serve(replica: SimulatedReplica, waiter: Waiter, nowMs: number): void {
    this.#waitsMs[waiter.index] = nowMs - waiter.atMs;
    if (waiter.atMs < replica.readyMs) this.#coldStarts += 1;
    replica.inFlight += 1;
    this.#inFlight += 1;
    this.#events.add(nowMs + waiter.serviceMs, { kind: 'ended', replica, serviceMs: waiter.serviceMs });
  }

  #serveWaiting(nowMs: number): void {
    for (;;) {
      const waiter = this.#queue[this.#queueHead];
      const replica = waiter === undefined ? undefined : this.#freest();
      if (waiter === undefined || replica === undefined) break;
      this.#queueHead += 1;
      this.#serve(replica, waiter, nowMs);
    }
    if (this.#queueHead === this.#queue.length) {
      this.#queue = [];
      this.#queueHead = 0;
    }
  }
}
