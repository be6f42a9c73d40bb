import { type RawBuilder, sql } from 'kysely';

/** Text of the records of one answer, in bytes: a few milliseconds of a thread. The first record may have more. */
export const maxAnswerBytes = 512 * 1024;

/** The bytes of all rows before this one, for a window in which `order` is the order of the rows. */
export function bytesBefore(text: RawBuilder<unknown>, order: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`coalesce(sum(octet_length(${text})) over (order by ${order}
    rows between unbounded preceding and 1 preceding), 0)`;
}
