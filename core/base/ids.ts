import { randomFillSync } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Asking the system for randomness costs more than the rest of an id, so it is asked for many at once. */
const randomPool = Buffer.alloc(4_096);
let randomUsed = randomPool.length;

function randomCharacters(length: number): string {
  if (randomUsed + length > randomPool.length) {
    randomFillSync(randomPool);
    randomUsed = 0;
  }
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text += alphabet[(randomPool[randomUsed + index] ?? 0) & 31];
  }
  randomPool.fill(0, randomUsed, randomUsed + length); // a character is given out once
  randomUsed += length;
  return text;
}

let lastMs = -1;
let lastTime = '';

function timeCharacters(nowMs: number): string {
  if (nowMs === lastMs) return lastTime;
  let rest = Math.floor(nowMs);
  let text = '';
  for (let index = 0; index < 10; index += 1) {
    text = alphabet[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  lastMs = nowMs;
  lastTime = text;
  return text;
}

/** Sortable id: `prefix_` + 10 characters of milliseconds + 12 random ones (60 bits), lowercase base 32. */
export function newId(prefix: string, nowMs: number = Date.now()): string {
  return `${prefix}_${timeCharacters(nowMs)}${randomCharacters(12)}`;
}

/** `length` random characters of lowercase base 32: 5 bits each; at most 4096. */
export function randomText(length: number): string {
  return randomCharacters(length);
}
