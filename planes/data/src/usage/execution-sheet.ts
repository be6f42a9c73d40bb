import { newId } from '@beeline/core/base';
import type { ExecutionRecord } from '@beeline/core/contract';
import { encodeExecution } from './encode-execution.ts';
import type { UsageBatch } from './usage-spool.ts';

/** Records of one delivery. */
const maxRecords = 1_000;
/** Room for as many usual ones; several times what the longest record takes. */
const sheetBytes = 524_288;
const end = ']}';

/** Memory of delivered sheets, to be written again: so much of it anew each second would keep the collector busy. */
const free: Buffer<ArrayBuffer>[] = [];
const keptSheets = 16;

/** Gives the memory of a batch back; nobody may look at it afterwards. */
export function recycleSheet(batch: UsageBatch): void {
  const { buffer } = batch.message;
  if (buffer.byteLength === sheetBytes && free.length < keptSheets) free.push(Buffer.from(buffer));
}

/**
 * The message of one delivery, written record by record. A record becomes text when it is made, outside the heap: kept
 * as objects until the next delivery, thousands of them would be copied by every garbage collection and encoded in one
 * go, while requests wait.
 */
export class ExecutionSheet {
  records = 0;
  private readonly bytes = free.pop() ?? Buffer.allocUnsafeSlow(sheetBytes);
  private used: number;

  constructor(gateway: string) {
    const head = { gateway, batch: newId('usg'), executions: [] };
    this.used = this.bytes.write(JSON.stringify(head).slice(0, -end.length));
  }

  /** False when there is no room for it. */
  add(record: ExecutionRecord): boolean {
    const text = encodeExecution(record);
    const room = this.bytes.length - this.used - end.length - 1;
    if (this.records === maxRecords || text.length > room) return false;
    if (this.records > 0) this.used += this.bytes.write(',', this.used, 'latin1');
    // All of it is ASCII, as names and the targets of requests are. (Written as UTF-8, most records outlive several
    // garbage collections, measured with Node 24.21; as Latin-1 none does.)
    this.used += this.bytes.write(text, this.used, 'latin1');
    this.records += 1;
    return true;
  }

  /** The whole message; nothing may be added afterwards. */
  seal(): UsageBatch {
    this.used += this.bytes.write(end, this.used, 'latin1');
    return { records: this.records, message: this.bytes.subarray(0, this.used) };
  }
}
