/** How many users something has, by name. */
export class ReferenceCounts {
  readonly #counts = new Map<string, number>();

  add(name: string, users = 1): void {
    this.#counts.set(name, this.count(name) + users);
  }

  remove(name: string): void {
    const left = this.count(name) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }
}
