import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BeelineError } from '@beeline/core/base';
import { describeSystemFailure } from '@beeline/core/service';

/** A database needs at least so much at a time: a few files, and a segment of its log. */
const files = 64;
const bytes = 16 * 1024 * 1024;

/**
 * Why a directory cannot be used for a database, when the operating system is the reason; null when it is not. The
 * database itself only says that it failed.
 */
export function tryFileSystem(directory: string): BeelineError | null {
  const path = join(directory, 'try.new');
  const opened: number[] = [];
  try {
    const draft = openSync(path, 'w', 0o600);
    opened.push(draft);
    for (let count = 1; count < files; count += 1) opened.push(openSync(path, 'r'));
    const block = Buffer.alloc(1024 * 1024, 1);
    for (let written = 0; written < bytes; ) written += writeSync(draft, block);
    fsyncSync(draft);
    return null;
  } catch (error) {
    return describeSystemFailure(error);
  } finally {
    for (const file of opened) closeSync(file);
    // What was there before is not ours.
    if (opened.length > 0) rmSync(path, { force: true });
  }
}
