import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatData, formatJsonLine } from '../output/format-data.ts';
import { formatTable } from '../output/format-table.ts';
import { modelMetrics } from '../testing/model-metrics.ts';
import { startBl, type TestBl } from '../testing/start-bl.ts';
import { captureStream } from '../testing/test-io.ts';
import { openOutput } from './open-output.ts';
import { lines, show } from './show.ts';

/** A title that is set, a screen that is cleared, a bell, a C1 sequence, a turned direction, a line that is forged. */
const nasty = '\u001b]0;x\u0007\u001b[2J\u009b31m\u202eevil\rover\nforged';
const ownCodes = new RegExp(`${String.fromCharCode(0x1b)}\\[(\\d+(;\\d+)*m|\\d*F|[HJ]|2J)`, 'g');
/** Everything that a terminal acts on, but line ends and the colours and moves that bl itself prints. */
const actsOn = (text: string) => text.replace(ownCodes, '').match(/(?![\t\n])[\p{Cc}\u202e]/gu);

describe('what is shown', () => {
  it('has nothing that acts, and no line that was not meant', () => {
    expect(show`a ${nasty}\n`.text).toBe('a \\x1b]0;x\\x07\\x1b[2J\\x9b31m\\u202eevil\\x0dover\\nforged\n');
    expect(lines('a\r\nb\u001b').text).toBe('a\nb\\x1b');
    expect(show`${show`x\n`}${3}`.text).toBe('x\n3');
    expect(
      formatTable([
        ['a\tb', nasty],
        [show`c`, 'd'],
      ]).text.split('\n')[0],
    ).toMatch(/^a {2}b {2}\\x1b/);
  });

  it('as data is escaped as its format does it, and reads back as it was', () => {
    const value = { [`k${nasty}`]: [nasty, 'plain', 'tag\u{e0041}\ufeff'], empty: '' };
    for (const text of [formatData(value, 'json').text, formatJsonLine(value).text]) {
      expect([actsOn(text), JSON.parse(text)]).toEqual([null, value]);
    }
    const yaml = formatData(value, 'yaml').text;
    expect([actsOn(yaml), parse(yaml)]).toEqual([null, value]);
    expect(yaml).toContain('- plain');
  });

  it('of bytes is what a terminal may see, however they are cut, and elsewhere the bytes themselves', async () => {
    const bytes = Buffer.from('é\u001b[31m\r\nx\u202e');
    const passed = async (terminal: boolean, size: number) => {
      const capture = captureStream(terminal);
      const output = openOutput(capture.stream);
      for (let at = 0; at < bytes.length; at += size) await output.pass(bytes.subarray(at, at + size));
      await output.endPass();
      return capture.text();
    };
    for (const size of [1, 2, 3, 100]) expect(await passed(true, size)).toBe('é\\x1b[31m\nx\\u202e');
    expect(await passed(false, 1)).toBe(bytes.toString());
  });
});

describe('an output that cannot be written', () => {
  it('is an error of its own, not a defect of bl', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const output = openOutput({ write: (_chunk, done) => done(full) });
    await expect(output.print(show`x`)).rejects.toThrowError(/^the output cannot be written \(ENOSPC\)/);
  });
});

describe('text of a server', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
    bl.platform.store.create('models', {
      metadata: { name: 'm', displayName: nasty, labels: { a: nasty } },
      spec: { runtime: { model: `file:/${nasty}` } },
    });
    bl.platform.store.observe('m', 'production', {
      status: 'FAILED',
      events: [{ time: nasty, type: 'failed', status: 'FAILED', message: `Last lines:\n${nasty}` }],
    });
    bl.platform.metrics.set('m', modelMetrics(1));
    bl.platform.logs.push({
      id: '1',
      timestamp: nasty,
      replica: nasty,
      source: 'stderr',
      message: nasty,
    } as never);
  });
  afterEach(() => bl.close());

  const commands: readonly (readonly string[])[] = [
    ['get', 'models', '-v'],
    ['get', 'model', 'm', '-o', 'pretty'],
    ['get', 'model', 'm', '-o', 'json'],
    ['get', 'model', 'm', '-o', 'yaml'],
    ['top', '--once'],
    ['top', '-o', 'json'],
    ['logs', 'model', 'm'],
    ['logs', 'model', 'm', '-o', 'json'],
    ['activate', 'm', '--wait'],
    ['delete', 'model', nasty],
    ['get', nasty],
    [nasty],
  ];
  it.each(
    commands.flatMap(
      (argv) =>
        [
          [argv, true],
          [argv, false],
        ] as const,
    ),
  )('never acts on a terminal: %j (terminal: %s)', async (argv, terminal) => {
    bl.platform.infer = () => ({ status: 200, body: { answer: nasty }, headers: { 'x-a': '\u009b31m' } });
    const { stdout, stderr } = await bl.run(argv, { terminal });
    expect(stdout + stderr).not.toBe('');
    expect(actsOn(stdout + stderr)).toBeNull();
  });

  it('of a model never acts on a terminal, nor do its headers', async () => {
    bl.platform.infer = () => ({ status: 200, body: { answer: nasty }, headers: { 'x-a': '\u009b31m' } });
    for (const flags of [['--show-headers'], ['-o', 'json'], ['-o', 'yaml'], ['--stream']]) {
      const { stdout, stderr } = await bl.run(['run', 'model', 'm', ...flags], { terminal: true });
      expect([stdout === '', actsOn(stdout + stderr)]).toEqual([false, null]);
    }
  });

  it('in an error never does, whoever made it', async () => {
    bl.platform.intercept = () => ({
      status: 400,
      body: {
        error: 'INVALID_INPUT',
        code: 400,
        message: nasty,
        requestId: nasty,
        fields: [{ field: nasty, rule: nasty, received: nasty }],
      },
    });
    const api = await bl.run(['get', 'models', '-v'], { terminal: true });
    bl.platform.intercept = () => ({ status: 418, body: `<html>${nasty}` });
    const proxy = await bl.run(['get', 'models', '-v'], { terminal: true });
    for (const { stderr } of [api, proxy]) expect([stderr === '', actsOn(stderr)]).toEqual([false, null]);
  });

  it('answered by a model is shown without what acts, and passed as it is to a pipe', async () => {
    bl.platform.infer = () => ({ status: 200, body: nasty, headers: { 'content-type': 'text/plain' } });
    expect(actsOn((await bl.run(['run', 'model', 'm'], { terminal: true })).stdout)).toBeNull();
    expect((await bl.run(['run', 'model', 'm'])).stdout).toBe(nasty);
  });
});

describe('the command line', () => {
  it('prints through the terminal folder alone', async () => {
    const root = new URL('../', import.meta.url);
    const files = (await readdir(root, { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/^(terminal|testing)\//.test(name),
    );
    expect(files.length).toBeGreaterThan(50);
    for (const name of files) {
      const code = await readFile(new URL(name, root), 'utf8');
      expect([name, code.match(/\.write\(|console\.|\bas Shown\b/g)]).toEqual([name, null]);
      if (name !== 'main.ts') expect([name, code.match(/process\.std(out|err)/g)]).toEqual([name, null]);
    }
  });
});
