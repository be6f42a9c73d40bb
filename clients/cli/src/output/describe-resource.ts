import type { Condition, ResourceEvent } from '@beeline/core/resources';
import type { Column } from './columns.ts';
import { formatTable } from './format-table.ts';
import { formatTime, type TimeStyle } from './format-time.ts';

interface Explained {
  readonly events?: readonly ResourceEvent[];
  readonly observed?: { readonly conditions: readonly Condition[] };
}

const indent = (text: string) => text.replace(/^/gm, '  ');

/** One resource as a block to read: every column, then its conditions and what happened to it. */
export function describeResource<T extends object>(
  item: T,
  columns: readonly Column<T>[],
  style: TimeStyle,
): string {
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
    blocks.push(`CONDITIONS:\n${indent(formatTable(rows))}`);
  }
  if (events.length > 0) {
    const rows = events.map((event) => [formatTime(event.time, style), event.status, event.message]);
    blocks.push(`EVENTS:\n${indent(formatTable(rows))}`);
  }
  return blocks.join('\n');
}
