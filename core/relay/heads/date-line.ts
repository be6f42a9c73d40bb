let line = '';
let lineSecond = -1;

/** The `Date` line of an answer made now; one serves for a second. */
export function dateLine(): string {
  const nowMs = Date.now();
  const second = Math.floor(nowMs / 1_000);
  if (second !== lineSecond) {
    lineSecond = second;
    line = `date: ${new Date(nowMs).toUTCString()}\r\n`;
  }
  return line;
}
