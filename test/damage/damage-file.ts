import { mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';

/** What can happen to a file. */
export const damages = ['cut', 'removed', 'emptied', 'garbage', 'zeros', 'a directory'] as const;

export type Damage = (typeof damages)[number];

/** Does to a file what the name says; `cut` leaves the first half, `garbage` and `zeros` keep the size. */
export function damageFile(path: string, damage: Damage): void {
  const { size } = statSync(path);
  if (damage === 'cut' || damage === 'emptied') {
    truncateSync(path, damage === 'cut' ? Math.floor(size / 2) : 0);
    return;
  }
  rmSync(path);
  if (damage === 'a directory') mkdirSync(path);
  if (damage === 'garbage') writeFileSync(path, Buffer.alloc(size, 0xa5));
  if (damage === 'zeros') writeFileSync(path, Buffer.alloc(size));
}

/** An empty file has nothing that could be cut or replaced. */
export function damagesOf(size: number): readonly Damage[] {
  return size > 0 ? damages : ['removed', 'a directory'];
}
