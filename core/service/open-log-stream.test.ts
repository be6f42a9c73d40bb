import { expect, it } from 'vitest';
import { openLogStream } from './open-log-stream.ts';

/** A descriptor that takes so many bytes at a time, or refuses with a code. */
function fakeDescriptor() {
  let written = '';
  let next: readonly (number | string)[] = [];
  const stream = openLogStream(-1, (_fd, bytes) => {
    const [answer = bytes.length, ...rest] = next;
    next = rest;
    if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer });
    written += Buffer.from(bytes.subarray(0, answer)).toString();
    return Math.min(answer, bytes.length);
  });
  return {
    write: (line: string, ...answers: readonly (number | string)[]) => {
      next = answers;
      stream.write(line);
    },
    get written() {
      return written;
    },
  };
}

it.each(['EPIPE', 'ENOSPC', 'EAGAIN', 'EBADF'])(
  'outlives %s, and says later how many lines were lost',
  (code) => {
    const descriptor = fakeDescriptor();
    descriptor.write('one\n');
    descriptor.write('two\n', code);
    descriptor.write('three\n', code);
    descriptor.write('four\n');
    descriptor.write('five\n');
    const [first, notice = '', ...rest] = descriptor.written.trimEnd().split('\n');
    expect([first, ...rest]).toEqual(['one', 'four', 'five']);
    expect(JSON.parse(notice)).toMatchObject({ level: 'warn', lost: 2, reason: code });
  },
);

it('finishes a line that was written in part before it writes the next', () => {
  const descriptor = fakeDescriptor();
  descriptor.write('{"msg":"long"}\n', 5, 'EAGAIN');
  descriptor.write('lost\n', 'EAGAIN');
  descriptor.write('{"msg":"next"}\n');
  const lines = descriptor.written.trimEnd().split('\n');
  expect(lines[0]).toBe('{"msg":"long"}');
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ lost: 1 });
  expect(lines[2]).toBe('{"msg":"next"}');
});
