interface Entry<E> {
  readonly atMs: number;
  readonly order: number;
  readonly event: E;
}

/** Events by their time; those of the same time in the order in which they were added. */
export class EventQueue<E> {
  readonly #heap: Entry<E>[] = [];
  #added = 0;

  /** Time of the next event, infinite when there is none. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  add(atMs: number, event: E): void {
    const entry = { atMs, order: this.#added, event };
    this.#added += 1;
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1, entry);
  }

  /** @throws RangeError when there is none. */
  take(): E {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) throw new RangeError('there is no event to take');
    if (last !== first) this.#sink(last);
    return first.event;
  }

  #rise(from: number, entry: Entry<E>): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || isBefore(parent, entry)) break;
      this.#heap[index] = parent;
      index = above;
    }
    this.#heap[index] = entry;
  }

  #sink(entry: Entry<E>): void {
    let index = 0;
    for (;;) {
      const left = this.#heap[2 * index + 1];
      const right = this.#heap[2 * index + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || isBefore(entry, child)) break;
      this.#heap[index] = child;
      index = 2 * index + (child === right ? 2 : 1);
    }
    this.#heap[index] = entry;
  }
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
