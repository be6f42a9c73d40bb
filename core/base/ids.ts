import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** `length` random characters of lowercase base 32: 5 bits each. */
export function randomText(length: number): string {
  const bytes = randomBytes(length);
  for (let index = 0; index < length; index += 1) {
    bytes[index] = alphabet.charCodeAt((bytes[index] ?? 0) & 31);
  }
  return bytes.toString('latin1');
}

const idRandomLength = 12;

/** Asking the system for randomness costs more than the rest of an id, so ids ask for many characters at once. */
let idPool = '';
let idPoolUsed = 0;

function idCharacters(): string {
  if (idPoolUsed + idRandomLength > idPool.length) {
    idPool = randomText(idRandomLength * 512);
    idPoolUsed = 0;
  }
  idPoolUsed += idRandomLength;
  return idPool.slice(idPoolUsed - idRandomLength, idPoolUsed);
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
  return `${prefix}_${timeCharacters(nowMs)}${idCharacters()}`;
}
