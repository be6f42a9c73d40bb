import { type CallKind, type CallResult, findFault } from './call-result.ts';
import { type CallTarget, postBody } from './post-body.ts';

/** Sends one numbered call to the numbered model server and holds its answer against the number. */
export async function sendCall(
  target: CallTarget,
  kind: CallKind,
  number: number,
  path = `/${kind}`,
  inputLength = 200,
): Promise<CallResult> {
  const answer = await postBody(target, path, JSON.stringify({ number, inputs: 'x'.repeat(inputLength) }));
  const base = { number, kind, pid: null };
  if (answer.outcome !== 'whole') return { ...base, ...answer };
  const { status, text } = answer;
  if (status !== 200) return { ...base, outcome: 'failed', problem: `${status} ${text}` };
  const fault = findFault(kind, number, text);
  if (fault !== null) return { ...base, outcome: 'cut', problem: fault };
  const pid = kind === 'unary' ? (JSON.parse(text) as { pid: number }).pid : null;
  return { ...base, outcome: 'answered', problem: null, pid };
}
