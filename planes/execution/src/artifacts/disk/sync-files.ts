import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import type { Steps } from '@beeline/core/model-files';

/** From so many files on, all that the file system has not written yet is written at once. */
const manyFiles = 64;

function syncOne(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whether the whole file system was written: one wait for the disk in place of one for each file. */
function syncFileSystem(directory: string): boolean {
  if (process.platform !== 'linux') return false; // elsewhere the command does not wait, or knows no directory
  return spawnSync('sync', ['--file-system', directory], { stdio: 'ignore' }).status === 0;
}

/** Returns when these files, which lie in the directory, will be there after a crash of the machine. */
export function* syncFiles(directory: string, paths: readonly string[]): Steps<void> {
  if (paths.length >= manyFiles && syncFileSystem(directory)) return;
  for (const path of paths) {
    syncOne(path);
    yield;
  }
}

/** Writes a file, and returns when it and the entries of these directories will be there after a crash of the machine. */
export function writeSynced(path: string, text: string, directories: readonly string[]): void {
  const fd = openSync(path, 'wx', 0o444);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  for (const directory of directories) syncOne(directory);
}
