/** A member of a `RunningList`. */
export interface Listed {
  /** Where it stands in the list; the list's own. */
  place: number;
}

/**
 * What runs now, in no order. A `Set` would do the same, but it replaces its table every few dozen changes, and each
 * old table keeps what it held alive until a full collection: at thousands of requests per second that turned every
 * collection into tens of milliseconds.
 */
export class RunningList<T extends Listed> {
  private readonly members: T[] = [];

  get size(): number {
    return this.members.length;
  }

  add(member: T): void {
    member.place = this.members.length;
    this.members.push(member);
  }

  /** The member must be in the list. */
  remove(member: T): void {
    const last = this.members.pop();
    if (last === undefined || last === member) return;
    this.members[member.place] = last;
    last.place = member.place;
  }

  /** Those in it now. */
  all(): readonly T[] {
    return [...this.members];
  }
}
