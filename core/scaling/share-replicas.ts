/** What one revision asks of a location that has not room for all. */
export interface ReplicaClaim {
  readonly id: string;
  readonly wanted: number;
  /** It has requests: it comes before one that only keeps replicas warm. */
  readonly busy: boolean;
}

/**
 * Divides the replicas that a location may run: nobody gets more than it wants, and who gets less than it wants gets
 * no less than anybody else, to one replica. Among equals the busy come first, then the order of the ids.
 */
export function shareReplicas(limit: number, claims: readonly ReplicaClaim[]): ReadonlyMap<string, number> {
  const granted = new Map(claims.map(({ id }) => [id, 0]));
  const order = [...claims].sort((a, b) => Number(b.busy) - Number(a.busy) || (a.id < b.id ? -1 : 1));
  let left = limit;
  for (let round = 1; left > 0; round += 1) {
    const hungry = order.filter(({ wanted }) => wanted >= round);
    if (hungry.length === 0) break;
    for (const { id } of hungry.slice(0, left)) granted.set(id, round);
    left -= Math.min(left, hungry.length);
  }
  return granted;
}
