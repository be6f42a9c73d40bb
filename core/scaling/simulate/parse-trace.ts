import { BeelineError, cutText } from '../../base/index.ts';
import { serviceMsOfTokens, type TraceRequest } from './trace.ts';

/** Columns of the two forms that are read; the time comes first in both. */
const forms = [
  { columns: ['timestamp', 'service_ms'], service: (cells: readonly number[]) => cells[0] ?? Number.NaN },
  {
    columns: ['timestamp', 'contexttokens', 'generatedtokens'],
    service: (cells: readonly number[]) => serviceMsOfTokens(cells[0] ?? Number.NaN, cells[1] ?? Number.NaN),
  },
] as const;

/** Seconds as a number, or a date and time, to milliseconds. */
function parseTime(text: string): number {
  const seconds = Number(text);
  if (text !== '' && Number.isFinite(seconds)) return seconds * 1_000;
  const [date = '', fraction = ''] = text.trim().split('.');
  const iso = date.replace(' ', 'T');
  return (
    Date.parse(/[Z+]/.test(iso) ? iso : `${iso}Z`) +
    Number(`0.${fraction.replace(/\D.*/, '') || '0'}`) * 1_000
  );
}

function refuse(line: number, rule: string, received: string): never {
  throw new BeelineError('INVALID_INPUT', {
    message: `line ${line} of the trace ${rule} (received ${JSON.stringify(cutText(received, 80))})`,
  });
}

/**
 * Reads a trace in CSV with the columns `timestamp,service_ms`, or `TIMESTAMP,ContextTokens,GeneratedTokens` as in
 * the Azure LLM inference traces. A timestamp is a number of seconds or a date and time.
 * @throws BeelineError INVALID_INPUT with the line.
 */
export function parseTrace(text: string): readonly TraceRequest[] {
  const [head = '', ...lines] = text.trim().split(/\r?\n/);
  const names = head
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const form = forms.find(({ columns }) => columns.every((name, index) => names[index] === name));
  if (form === undefined) {
    refuse(1, 'must be timestamp,service_ms or TIMESTAMP,ContextTokens,GeneratedTokens', head);
  }
  const requests = lines.map((line, index) => {
    const [time = '', ...cells] = line.split(',');
    const atMs = parseTime(time);
    const serviceMs = form.service(cells.map(Number));
    if (!Number.isFinite(atMs)) refuse(index + 2, 'must begin with seconds or a date and time', line);
    if (!(serviceMs >= 0))
      refuse(index + 2, `must have numbers for ${form.columns.slice(1).join(', ')}`, line);
    return { atMs, serviceMs };
  });
  if (requests.length === 0) refuse(2, 'must be a request', '');
  requests.sort((a, b) => a.atMs - b.atMs);
  const first = requests[0]?.atMs ?? 0;
  return requests.map(({ atMs, serviceMs }) => ({ atMs: atMs - first, serviceMs }));
}
