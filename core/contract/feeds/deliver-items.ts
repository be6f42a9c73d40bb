import type { BeelineError } from '../../base/index.ts';
import type { RefusedItem } from './read-message.ts';

/** What became of a pushed message: taken but for some items, or refused as a whole. */
export type Delivery =
  | { readonly taken: true; readonly refused: readonly RefusedItem[] }
  | { readonly taken: false; readonly error: BeelineError };

/**
 * Delivers items to a receiver that may refuse a whole message for one of them: halves what is refused until the
 * single items that are at fault are known, and gives those. An older control plane needs this, and every one when a
 * message is too large for it.
 * @throws what `send` throws, and the refusal itself when no item is at fault: even none at all are refused.
 */
export async function deliverItems<T>(
  list: string,
  items: readonly T[],
  send: (items: readonly T[]) => Promise<Delivery>,
): Promise<readonly RefusedItem[]> {
  const first = await send(items);
  if (first.taken) return first.refused;
  const empty = await send([]);
  if (!empty.taken) throw first.error;
  return halve(list, items, 0, first.error, send);
}

async function halve<T>(
  list: string,
  items: readonly T[],
  offset: number,
  error: BeelineError,
  send: (items: readonly T[]) => Promise<Delivery>,
): Promise<readonly RefusedItem[]> {
  if (items.length <= 1)
    return items.map(() => ({ item: `${list}[${offset}]`, id: null, rule: error.detail ?? error.message }));
  const middle = items.length >> 1;
  const refused: RefusedItem[] = [];
  for (const [half, from] of [
    [items.slice(0, middle), 0],
    [items.slice(middle), middle],
  ] as const) {
    const delivery = await send(half);
    if (delivery.taken) refused.push(...delivery.refused);
    else refused.push(...(await halve(list, half, offset + from, delivery.error, send)));
  }
  return refused;
}
