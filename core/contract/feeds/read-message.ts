import { type Static, type TArray, type TObject, Type } from 'typebox';
import type { DeepReadonly, FieldViolation } from '../../base/index.ts';
import { createParser, type ParseResult } from '../../resources/index.ts';

/** An item of a message that was set aside. */
export interface RefusedItem {
  /** Where in the message: `revisions[3]`. */
  readonly item: string;
  /** What the item is of, as far as that can be read: the id of the revision, for example. */
  readonly id: string | null;
  /** A sentence fragment that names the field and the rule, without what was received: that may be secret. */
  readonly rule: string;
}

export type ReadMessage<M> =
  | { readonly ok: true; readonly message: M; readonly refused: readonly RefusedItem[] }
  | { readonly ok: false; readonly violations: readonly FieldViolation[] };

/** Reads a message that was parsed from JSON; for an item that cannot be read the one of `before` with its id counts. */
export type MessageReader<M> = (value: unknown, before?: M | null) => ReadMessage<M>;

type Item = Readonly<Record<string, unknown>>;
/** By name of a list in the message: what tells its items apart. */
type Identities = Readonly<Record<string, readonly string[]>>;

function identityOf(item: unknown, fields: readonly string[]): string | null {
  if (typeof item !== 'object' || item === null) return null;
  const parts = fields.map((field) => (item as Item)[field]);
  return parts.length > 0 && parts.every((part) => typeof part === 'string') ? parts.join('/') : null;
}

const ruleOf = (violations: readonly FieldViolation[]) =>
  violations.map(({ field, rule }) => `${field} ${rule}`).join('; ');

/** One parser for what is around the lists, and one for the items of each: a bad item costs no walk through the others. */
function compile(schema: TObject, lists: readonly string[]) {
  const properties = schema.properties as Record<string, TArray>;
  const loose = lists.map((list) => [list, { ...properties[list], items: Type.Unknown() }]);
  return {
    envelope: createParser(Type.Object({ ...properties, ...Object.fromEntries(loose) })),
    items: new Map<string, (value: unknown) => ParseResult<unknown>>(
      lists.map((list) => [list, createParser(properties[list]?.items ?? Type.Unknown())]),
    ),
  };
}

/**
 * A reader of one kind of message. Each item of a list in `identities` is judged by itself: one that breaks the schema
 * is set aside, and the others count.
 */
export function createMessageReader<S extends TObject>(
  schema: S,
  identities: Identities,
): MessageReader<DeepReadonly<Static<S>>> {
  type Message = DeepReadonly<Static<S>>;
  // Compiled when first used: most programs use few of them.
  let parsers: ReturnType<typeof compile> | undefined;

  function readItems(value: Item, before: Item | null): ReadMessage<Message> {
    const refused: RefusedItem[] = [];
    const lists = Object.entries(identities).map(([list, fields]) => {
      const known = new Map(
        ((before?.[list] ?? []) as Item[]).map((item) => [identityOf(item, fields), item]),
      );
      const good = (value[list] as unknown[]).flatMap((item, index) => {
        const parsed = parsers?.items.get(list)?.(item);
        if (parsed === undefined || parsed.ok) return [item];
        const id = identityOf(item, fields);
        refused.push({ item: `${list}[${index}]`, id, rule: ruleOf(parsed.violations) });
        return (id === null ? undefined : known.get(id)) ?? [];
      });
      return [list, good];
    });
    const message = refused.length === 0 ? value : { ...value, ...Object.fromEntries(lists) };
    return { ok: true, message: message as Message, refused };
  }

  return (value, before = null) => {
    parsers ??= compile(schema, Object.keys(identities));
    const envelope = parsers.envelope(value);
    return envelope.ok ? readItems(value as Item, before as Item | null) : envelope;
  };
}
