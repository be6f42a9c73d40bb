import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '../../base/index.ts';
import type { ExecutionsMessage } from './executions-message.ts';
import { createFeedClient } from './feed-client.ts';
import type { ObservedMessage } from './observed-message.ts';
import oldMessages from './testing/messages-of-0.1.0.json' with { type: 'json' };

interface Received {
  readonly url: string;
  readonly body: string;
}

/** A control plane that answers as the test says. */
let answer: (received: Received) => { readonly status: number; readonly body?: unknown };
let received: Received[];
let server: Server;
beforeEach(async () => {
  received = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { url: request.url ?? '', body: Buffer.concat(chunks).toString() };
      received.push(one);
      const { status, body } = answer(one);
      response.writeHead(status).end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise<void>((resolve) => server.close(() => resolve()));
});

function openClient() {
  const refused: string[] = [];
  const client = createFeedClient({
    controlUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: new Secret('token'),
    name: 'here',
    onRefused: (feed, items) => refused.push(...items.map(({ item, rule }) => `${feed} ${item} ${rule}`)),
  });
  return { client, refused };
}

const [sampleLine] = oldMessages.logs.lines;
const linesOf = (...messages: string[]) => ({
  location: 'here',
  lines: messages.map((message) => ({ ...sampleLine, source: 'stdout' as const, message })) as never,
});
const messagesIn = ({ body }: Received) =>
  (JSON.parse(body) as { lines: { message: string }[] }).lines.map(({ message }) => message);
/** An older control plane: one text that it cannot store makes it refuse all of a message. */
const refusesBad = (one: Received) =>
  one.body.includes('bad') ? { status: 400, body: { error: 'a bad text' } } : { status: 204 };

test('of log lines that are refused together, the one at fault is found and the others are delivered', async () => {
  const { client, refused } = openClient();
  answer = refusesBad;
  await client.pushLogs(linesOf('a', 'b', 'c', 'bad', 'd', 'e'));
  const taken = received.filter((one) => !one.body.includes('bad')).flatMap(messagesIn);
  expect(taken).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(refused).toEqual(['logs lines[3] {"error":"a bad text"}']);
});

test('of execution records that are refused together, the one at fault is found and the others are delivered', async () => {
  const { client, refused } = openClient();
  answer = refusesBad;
  const [record] = oldMessages.executions.executions;
  const executions = ['x', 'bad', 'y'].map((id) => ({ ...record, id }));
  await client.pushExecutions(Buffer.from(JSON.stringify({ ...oldMessages.executions, executions })));
  const taken = received
    .filter((one) => !one.body.includes('bad'))
    .flatMap((one) => (JSON.parse(one.body) as ExecutionsMessage).executions.map(({ id }) => id));
  expect(taken).toEqual(['x', 'y']);
  expect(refused).toEqual(['executions executions[1] {"error":"a bad text"}']);
});

test('records that are no message are told and not sent for ever', async () => {
  const { client, refused } = openClient();
  answer = () => ({ status: 400 });
  await client.pushExecutions(Buffer.from('{"executions":[{"replica":"a"b"}]}'));
  expect(refused).toEqual([expect.stringMatching(/^executions executions cannot be read/)]);
});

test('a report that is refused is sent without its texts, and with every revision', async () => {
  const { client, refused } = openClient();
  answer = (one) => (one.body.includes('line') ? { status: 400, body: 'no' } : { status: 204 });
  await client.reportObserved(oldMessages.observed as ObservedMessage);
  const last = JSON.parse(received.at(-1)?.body ?? '') as ObservedMessage;
  expect(last.revisions).toMatchObject([
    { revision: 'rev_1', proof: 'failed', failure: { message: 'there is no such directory', logTail: [] } },
  ]);
  expect(refused).toEqual([expect.stringMatching(/^observed revisions were reported without their texts/)]);
});

test('nothing is thrown away when a message is refused whatever is in it', async () => {
  const { client, refused } = openClient();
  answer = () => ({ status: 400, body: 'who are you?' });
  await expect(client.pushLogs(linesOf('a', 'b'))).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  expect(received).toHaveLength(2); // the lines, and none
  await expect(client.reportObserved(oldMessages.observed as ObservedMessage)).rejects.toMatchObject({
    detail: '"who are you?"',
  });
  expect(refused).toEqual([]);
});

test('an answer that is not JSON is not the one of a control plane: the message is tried again', async () => {
  const { client } = openClient();
  server.removeAllListeners('request');
  server.on('request', (_request, response) => response.end('<html>'));
  await expect(client.pushLogs(linesOf('a'))).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
});

test.each([401, 404, 429, 500, 503])('a message is tried again as it is after %d', async (status) => {
  const { client, refused } = openClient();
  answer = () => ({ status });
  await expect(client.pushLogs(linesOf('a', 'b'))).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  expect(received).toHaveLength(1);
  expect(refused).toEqual([]);
});

test('what control says it set aside is told', async () => {
  const { client, refused } = openClient();
  answer = () => ({ status: 200, body: { refused: [{ item: 'lines[0]', rule: 'at must be integer' }] } });
  await client.pushLogs(linesOf('a'));
  expect(refused).toEqual(['logs lines[0] at must be integer']);
});

test('texts leave as every store takes them', async () => {
  const { client } = openClient();
  answer = () => ({ status: 204 });
  await client.pushLogs(linesOf('zero \0', 'half \uD83D'));
  expect(received.flatMap(messagesIn)).toEqual(['zero \uFFFD', 'half \uFFFD']);
});

test('a pulled item that cannot be read is told and stays as it was, the others change', async () => {
  const { client, refused } = openClient();
  const [route] = oldMessages.routes.routes;
  const other = { ...route, model: 'other' };
  answer = () => ({ status: 200, body: { ...oldMessages.routes, routes: [route, other] } });
  await client.pullRoutes(0, 0);
  const broken = { ...route, targets: 'all' };
  const changed = { ...other, reason: 'changed' };
  answer = () => ({ status: 200, body: { ...oldMessages.routes, version: 13, routes: [broken, changed] } });
  expect(await client.pullRoutes(12, 0)).toMatchObject({ version: 13, routes: [route, changed] });
  expect(refused).toEqual(['routes routes[0] targets must be array']);
});

test.each([
  ['no JSON', 'answered with something that is not JSON', () => ({ status: 200 })],
  ['another document', 'sent routes that cannot be read', () => ({ status: 200, body: { hello: 'world' } })],
])('a snapshot that is %s is an error and not an empty snapshot', async (_what, message, says) => {
  const { client } = openClient();
  answer = says;
  await expect(client.pullRoutes(0, 0)).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringContaining(message),
  });
});
