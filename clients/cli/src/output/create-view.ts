import { BeelineError, suggestName } from '@beeline/core/base';
import type { Session } from '../settings/open-session.ts';
import { join, type Shown } from '../terminal/show.ts';
import type { Column } from './columns.ts';
import { describeResource } from './describe-resource.ts';
import { formatData } from './format-data.ts';
import { formatTable } from './format-table.ts';
import type { TimeStyle } from './format-time.ts';
import { withTypeMeta } from './type-meta.ts';

/** Resources of one kind that were read, ready to be printed in any format. */
export interface Loaded {
  readonly items: readonly object[];
  table(wide: boolean, style: TimeStyle, paintStatus: (text: string) => string | Shown): Shown;
  pretty(style: TimeStyle): Shown;
  /** `single`: one object was asked for by its name, so that it stands alone. */
  data(format: 'json' | 'yaml', single: boolean): Shown;
}

/** What `bl get` can show. */
export interface View {
  readonly names: readonly string[];
  /** What the second argument is; null when it may be left out. */
  readonly requiredName: string | null;
  load(session: Session, name: string | undefined): Promise<Loaded>;
}

interface ViewParts<T extends object> {
  /** The kind of a manifest, or the name of what can only be read. */
  readonly kind: string;
  readonly names: readonly string[];
  readonly requiredName?: string;
  readonly columns: readonly Column<T>[];
  read(session: Session, name: string | undefined): Promise<readonly T[]>;
}

export function createView<T extends object>(parts: ViewParts<T>): View {
  const { kind, columns } = parts;
  return {
    names: parts.names,
    requiredName: parts.requiredName ?? null,
    async load(session, name) {
      const items = await parts.read(session, name);
      return {
        items,
        table(wide, style, paintStatus) {
          const shown = columns.filter((column) => wide || column.wide !== true);
          const rows = items.map((item) =>
            shown.map((column) => {
              const text = column.text(item, style);
              return column.header === 'STATUS' ? paintStatus(text) : text;
            }),
          );
          return formatTable([shown.map(({ header }) => header), ...rows]);
        },
        pretty: (style) =>
          join(
            items.map((item) => describeResource(item, columns, style)),
            '\n\n',
          ),
        data(format, single) {
          const all = items.map((item) => withTypeMeta(kind, item));
          if (format === 'yaml') {
            return join(
              all.map((item) => formatData(item, 'yaml')),
              '\n---\n',
            );
          }
          return formatData(single && all.length === 1 ? all[0] : all, 'json');
        },
      };
    },
  };
}

/**
 * Those of a list that have a name.
 * @throws BeelineError RESOURCE_NOT_FOUND, with the nearest name, when none has.
 */
export function pickNamed<T>(
  what: string,
  items: readonly T[],
  nameOf: (item: T) => string,
  name: string | undefined,
): readonly T[] {
  if (name === undefined) return items;
  const found = items.filter((item) => nameOf(item) === name);
  if (found.length > 0) return found;
  const near = suggestName(name, items.map(nameOf));
  const hint = near === undefined ? `see bl get ${what}s` : `did you mean "${near}"?`;
  throw new BeelineError('RESOURCE_NOT_FOUND', { message: `there is no ${what} "${name}"; ${hint}` });
}
