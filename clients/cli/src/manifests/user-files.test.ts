import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';

const manifest = (name: string) =>
  `apiVersion: beeline.dev/v1alpha1\nkind: Model\nmetadata: {name: ${name}}\nspec: {runtime: {model: file:/m}}\n`;

describe("a user's files", () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
  });
  afterEach(() => bl.close());
  const at = (name: string) => join(bl.dir, name);

  /** Applies a file and gives what is said; nothing may have been sent. */
  async function refusal(name: string) {
    const { code, stderr } = await bl.run(['apply', '-f', name]);
    expect([code, bl.platform.requests, stderr.includes('bl itself failed')]).toEqual([2, [], false]);
    return stderr;
  }

  const latin = Buffer.concat([
    Buffer.from(manifest('a').replace('{name: a}', '{name: a, displayName: "caf')),
    Buffer.from([0xe9]),
    Buffer.from('"}'),
  ]);

  it.each([
    [
      'Latin-1',
      latin,
      /^error: m.yaml is not UTF-8: byte 0xE9 at offset \d+ \(line \d, column \d+\); save it/,
    ],
    [
      'UTF-16',
      Buffer.from(`\ufeff${manifest('a')}`, 'utf16le'),
      /m.yaml is UTF-16, not UTF-8; save it as UTF-8/,
    ],
    [
      'an unknown alias',
      manifest('"*nope"').replaceAll('"', ''),
      /m.yaml: is not valid YAML at line 3, column 18: \*nope/,
    ],
    ['a circle', 'a: &a {b: *a}', /m.yaml: is not valid YAML at line 1, column 11: \*a stands inside/],
    ['a NUL', manifest('a\0'), /m.yaml: is not valid YAML at line 3, column 19: the character U\+0000/],
    ['nothing', '', /m.yaml: there is no document/],
    ['a tab', 'a:\n\tb: 1', /m.yaml: is not valid YAML at line 2, column 1: /],
    ['a merge key', 'a: &a {b: 1}\nc: {<<: *a}', /merge keys \(<<\) are not read/],
    ['too much', 'a'.repeat(2 * 1024 ** 2 + 1), /m.yaml is too large: it must have at most 2/],
  ])('are refused with what is wrong: %s', async (_what, content, message) => {
    await writeFile(at('m.yaml'), content);
    expect(await refusal('m.yaml')).toMatch(message);
  });

  it('are refused on standard input too', async () => {
    const { code, stderr } = await bl.run(['apply', '-f', '-'], { stdin: 'a: \u0000' });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: standard input: is not valid YAML at line 1/),
    ]);
  });

  it('may be no files at all, which is said and hangs nowhere', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', at('pipe.yaml')]);
    await symlink(at('loop.yaml'), at('loop.yaml'));
    await mkdir(at('d/inner.yaml'), { recursive: true });
    await symlink(at('d'), at('to-directory.yaml'));
    const socket = createServer().listen(at('socket.yaml'));
    expect(await refusal('pipe.yaml')).toMatch(/pipe.yaml is a pipe that nobody writes into; check the path/);
    expect(await refusal('loop.yaml')).toMatch(/loop.yaml cannot be read: its links lead in a circle/);
    expect(await refusal('socket.yaml')).toMatch(/socket.yaml cannot be read: it is a socket/);
    expect(await refusal('d')).toMatch(/the directory d holds no/);
    expect(await refusal('to-directory.yaml')).toMatch(/the directory to-directory.yaml holds no/);
    expect(await refusal('.')).toMatch(/^error: loop.yaml cannot be read/);
    expect(await refusal('')).toMatch(/-f must name a file, a directory, or - \(received nothing\)/);
    expect(await refusal('none/m.yaml')).toMatch(/none\/m.yaml does not exist; check the path/);
    await new Promise((done) => socket.close(done));
  });

  it('may be pipes that somebody writes into', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', at('pipe.yaml')]);
    await writeFile(at('m.yaml'), manifest('a'));
    const writer = spawn('sh', ['-c', 'cat m.yaml > pipe.yaml'], { cwd: bl.dir });
    const running = bl.start(['apply', '-f', 'pipe.yaml']);
    expect((await running.ended).stdout).toBe('Resource Model:a created\n');
    if (writer.exitCode === null) await once(writer, 'exit');
  });

  it('are counted by their documents, the empty ones too', async () => {
    await writeFile(at('m.yaml'), `---\n---\n${manifest('a')}---\n${manifest('A')}`);
    expect(await refusal('m.yaml')).toMatch(/^error: m.yaml \(document 3\): metadata.name must be/);
  });

  it('are told what is wrong with them up to a bound', async () => {
    const names = Array.from({ length: 80 }, (_, index) => `---\n${manifest(`A${index}`)}`);
    await writeFile(at('m.yaml'), names.join(''));
    const told = (await refusal('m.yaml')).trimEnd().split('\n');
    expect([told.length, told.at(-1)]).toEqual([51, 'error: and 30 more']);
    await writeFile(at('m.yaml'), 'apiVersion: 1\nkind: {a: 1}');
    expect(await refusal('m.yaml')).toMatch(/\(received 1\)\n.*\(received \{"a":1\}\)/);
  });

  it('with settings of bl are read as carefully', async () => {
    const said = async (content: string | Buffer) => {
      await writeFile(at('config.yaml'), content, { mode: 0o600 });
      const { code, stderr } = await bl.run(['get', 'models'], { env: { BL_CONFIG: at('config.yaml') } });
      return [code, stderr];
    };
    expect(await said('workspaces: *x')).toEqual([
      2,
      expect.stringMatching(
        /^error: \S+config.yaml: is not valid YAML at line 1, column 13: \*x names no anchor/,
      ),
    ]);
    expect(await said('context: &c {workspace: *c}')).toEqual([
      2,
      expect.stringContaining('stands inside of'),
    ]);
    expect(await said(Buffer.from([0x61, 0xe9, 0x21]))).toEqual([2, expect.stringContaining('is not UTF-8')]);
  });

  it('with a body of JSON must be UTF-8, with any other body not', async () => {
    await writeFile(at('body'), Buffer.from([0x7b, 0xe9, 0x7d]));
    const json = await bl.run(['run', 'model', 'm', '--file', 'body']);
    expect([json.code, json.stderr, bl.platform.requests.length]).toEqual([
      2,
      'error: --file body is not UTF-8: byte 0xE9 at offset 1 (line 1, column 2); save it as UTF-8\n',
      0,
    ]);
    const other = await bl.run(['run', 'model', 'm', '--file', 'body', '--header', 'content-type: audio/x']);
    expect([other.code, bl.platform.requests.length]).toEqual([0, 1]);
    for (const type of ['application/json', 'audio/x']) {
      const directory = await bl.run([
        'run',
        'model',
        'm',
        '--file',
        '.',
        '--header',
        `content-type: ${type}`,
      ]);
      expect([directory.code, directory.stderr]).toEqual([2, 'error: --file . is a directory, not a file\n']);
    }
  });

  it('and so must be the command line, unless somebody writes a replacement character', async () => {
    const argv = ['run', 'model', 'm', '-d', '"caf\ufffd"'];
    const refused = await bl.run(argv, { argumentBytes: Buffer.from([0x61, 0xe9, 0x22, 0]) });
    expect([refused.code, refused.stderr, bl.platform.requests.length]).toEqual([
      2,
      expect.stringMatching(/^error: the command line is not UTF-8: it has the byte 0xE9; /),
      0,
    ]);
    const taken = await bl.run(argv, { argumentBytes: Buffer.from(argv.join('\0')) });
    expect([taken.code, bl.platform.requests[0]?.body]).toEqual([0, '"caf\ufffd"']);
  });

  it('with secrets may be missing, as .env, and must be text otherwise', async () => {
    await writeFile(at('m.yaml'), manifest('a'));
    await writeFile(at('.env'), Buffer.from([0xff, 0xfe, 0x41, 0]));
    expect(await refusal('m.yaml')).toMatch(
      /the file of secrets .env is UTF-16, not UTF-8; save it as UTF-8/,
    );
  });
});
