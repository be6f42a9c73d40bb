import type { Logger } from '../base/index.ts';
import type { OnRefused, RefusedItem } from '../contract/index.ts';
import type { Metrics } from './metrics/create-metrics.ts';

/** So many different reasons are told; whatever comes after is only counted. */
const toldReasons = 100;

/** The reason without the place, which is another each time. */
const reasonOf = (feed: string, { rule }: RefusedItem) => `${feed}: ${rule}`;

/** Counts items of feeds that were set aside, and tells each reason once. `process` begins the metric's name. */
export function reportRefusedItems(
  process: 'gateway' | 'location' | 'control',
  metrics: Metrics,
  logger: Logger,
): OnRefused {
  const counts = metrics.counter({
    name: `beeline_${process}_feed_items_refused_total`,
    help: 'Items of messages between the processes that were set aside because one side could not read or store them, by feed',
    labels: ['feed'],
  });
  const told = new Set<string>();
  return (feed, refused) => {
    counts.cell(feed).value += refused.length;
    for (const item of refused) {
      const reason = reasonOf(feed, item);
      if (told.has(reason) || told.size >= toldReasons) continue;
      told.add(reason);
      logger.error(
        { feed, item: item.item, id: item.id },
        `a part of the ${feed} feed was set aside, the rest goes on (told once): ${item.rule}`,
      );
    }
  };
}
