import type { ModelObserved, ModelScaling, ResourceEvent } from '@beeline/core/resources';
import { indent, join, type Shown, show } from '../terminal/show.ts';
import type { Column } from './columns.ts';
import { formatTable } from './format-table.ts';
import { formatTime, type TimeStyle } from './format-time.ts';

interface Explained {
  readonly events?: readonly ResourceEvent[];
  readonly observed?: Partial<Pick<ModelObserved, 'conditions' | 'scaling'>>;
}

/** What each location wants now, and how it came to that. */
function describeScaling(scaling: readonly ModelScaling[], style: TimeStyle): Shown {
  const blocks = scaling.map(({ location, revision, desired, reason, changes }) => {
    const rows = changes.map(({ time, from, to, reason: why }) => [
      formatTime(time, style),
      `${from} -> ${to}`,
      why,
    ]);
    const now = show`${location}, ${revision}: ${desired} wanted, because ${reason}`;
    return rows.length === 0 ? now : show`${now}\n${indent(formatTable(rows))}`;
  });
  return show`SCALING:\n${indent(join(blocks, '\n'))}`;
}

/** One resource as a block to read: every column, then its conditions, its scaling and what happened to it. */
export function describeResource<T extends object>(
  item: T,
  columns: readonly Column<T>[],
  style: TimeStyle,
): Shown {
  const { events = [], observed } = item as Explained;
  const blocks = [formatTable(columns.map((column) => [`${column.header}:`, column.text(item, style)]))];
  const conditions = observed?.conditions ?? [];
  if (conditions.length > 0) {
    const rows = conditions.map((each) => [
      each.type,
      each.status,
      each.reason,
      formatTime(each.since, style),
      each.message,
    ]);
    blocks.push(show`CONDITIONS:\n${indent(formatTable(rows))}`);
  }
  const scaling = observed?.scaling ?? [];
  if (scaling.length > 0) blocks.push(describeScaling(scaling, style));
  if (events.length > 0) {
    const rows = events.map((event) => [formatTime(event.time, style), event.status, event.message]);
    blocks.push(show`EVENTS:\n${indent(formatTable(rows))}`);
  }
  return join(blocks, '\n');
}
