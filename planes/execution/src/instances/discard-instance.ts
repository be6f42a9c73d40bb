import type { Driver } from '@beeline/drivers/interface';

/** Ends what is left of an instance and forgets it. Safe in every state. */
export async function discardInstance(driver: Driver, id: string): Promise<void> {
  if (!driver.list().some((instance) => instance.id === id)) return;
  await driver.stop(id, 0);
  await driver.remove(id);
}
