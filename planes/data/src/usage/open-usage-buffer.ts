import { type Logger, newId } from '@beeline/core/base';
import type { ExecutionRecord } from '@beeline/core/contract';
import { openUsageSpool, type UsageBatch } from './usage-spool.ts';

/** Records of one delivery. */
const batchRecords = 1_000;
/** Records in memory between two deliveries; beyond it the newest are dropped. */
const memoryRecords = 100_000;

/** Execution records on their way to control: in memory between two deliveries, on disk while control is away. */
export interface UsageBuffer {
  add(record: ExecutionRecord): void;
  /** Records that were lost since the buffer was opened, for want of space. */
  readonly dropped: number;
  /**
   * Delivers what is on disk, oldest first, then what is in memory. What cannot be delivered goes to disk.
   * @throws what `push` threw first.
   */
  deliver(push: (batch: UsageBatch) => Promise<void>): Promise<void>;
  /** Puts what is in memory on disk. */
  close(): Promise<void>;
}

export async function openUsageBuffer(options: {
  readonly directory: string;
  readonly maxBytes: number;
  readonly logger: Logger;
}): Promise<UsageBuffer> {
  const { logger } = options;
  let dropped = 0;
  let told = 0;
  const onDropped = (records: number) => {
    dropped += records;
  };
  const spool = await openUsageSpool(options.directory, { maxBytes: options.maxBytes, logger, onDropped });
  let records: ExecutionRecord[] = [];

  function seal(): UsageBatch[] {
    const sealed = records;
    records = [];
    const batches: UsageBatch[] = [];
    for (let from = 0; from < sealed.length; from += batchRecords) {
      batches.push({ batch: newId('usg'), executions: sealed.slice(from, from + batchRecords) });
    }
    return batches;
  }

  function tellDropped(): void {
    if (dropped === told) return;
    logger.error(
      { dropped: dropped - told, total: dropped },
      'execution records were dropped for want of space',
    );
    told = dropped;
  }

  return {
    add(record) {
      if (records.length < memoryRecords) records.push(record);
      else onDropped(1);
    },
    get dropped() {
      return dropped;
    },
    async deliver(push) {
      let failure: { readonly thrown: unknown } | null = null;
      try {
        for (let batch = await spool.oldest(); batch !== null; batch = await spool.oldest()) {
          await push(batch);
          await spool.removeOldest();
        }
      } catch (thrown) {
        failure = { thrown };
      }
      for (const batch of seal()) {
        try {
          if (failure === null) await push(batch);
        } catch (thrown) {
          failure = { thrown };
        }
        if (failure !== null) await spool.save(batch);
      }
      tellDropped();
      if (failure !== null) throw failure.thrown;
    },
    async close() {
      for (const batch of seal()) await spool.save(batch);
      tellDropped();
    },
  };
}
