import type { Logger } from '@beeline/core/base';
import type { ExecutionRecord } from '@beeline/core/contract';
import { ExecutionSheet, recycleSheet } from './execution-sheet.ts';
import { openUsageSpool, type UsageBatch } from './usage-spool.ts';

/** Records in memory between two deliveries; beyond it the newest are dropped. */
const memoryRecords = 100_000;

/** Execution records on their way to control: in memory between two deliveries, on disk while control is away. */
export interface UsageBuffer {
  add(record: ExecutionRecord): void;
  /** Records that somebody else has put together. */
  addBatch(batch: UsageBatch): void;
  /** Records that were lost since the buffer was opened. */
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
  /** Names the gateway to control. */
  readonly gateway: string;
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
  let sealed: UsageBatch[] = [];
  let sheet: ExecutionSheet | null = null;
  let waiting = 0;

  function sealSheet(): void {
    if (sheet !== null) sealed.push(sheet.seal());
    sheet = null;
  }

  function takeAll(): UsageBatch[] {
    sealSheet();
    const all = sealed;
    sealed = [];
    waiting = 0;
    return all;
  }

  function tellDropped(): void {
    if (dropped === told) return;
    logger.error(
      { dropped: dropped - told, total: dropped },
      'execution records were lost: control did not take them, nor memory or disk',
    );
    told = dropped;
  }

  return {
    add(record) {
      if (waiting >= memoryRecords) {
        onDropped(1);
        return;
      }
      waiting += 1;
      sheet ??= new ExecutionSheet(options.gateway);
      if (sheet.add(record)) return;
      sealSheet();
      sheet = new ExecutionSheet(options.gateway);
      sheet.add(record);
    },
    addBatch(batch) {
      if (waiting + batch.records > memoryRecords) {
        onDropped(batch.records);
        return;
      }
      waiting += batch.records;
      sealed.push(batch);
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
      for (const batch of takeAll()) {
        try {
          if (failure === null) await push(batch);
        } catch (thrown) {
          failure = { thrown };
        }
        if (failure !== null) await spool.save(batch);
        recycleSheet(batch);
      }
      tellDropped();
      if (failure !== null) throw failure.thrown;
    },
    async close() {
      for (const batch of takeAll()) await spool.save(batch);
      tellDropped();
    },
  };
}
