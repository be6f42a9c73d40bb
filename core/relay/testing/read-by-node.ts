import { createServer, type IncomingMessage, request as send } from 'node:http';
import { Duplex } from 'node:stream';

/** What a parser makes of bytes: a message, nothing that it takes, or the beginning of one. */
export type Reading<T> = T | 'refused' | 'incomplete';

/** A message as another parser read it, to be compared. */
export interface ReadMessage {
  readonly head: IncomingMessage;
  /** Latin-1. */
  readonly body: string;
}

/** The far end of a connection on which nothing but these bytes comes. */
function connection(onWritten: () => void): Duplex {
  return new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      onWritten();
      done();
    },
  });
}

function collect(head: IncomingMessage, settle: (reading: Reading<ReadMessage>) => void): void {
  let body = '';
  head.on('data', (bytes: Buffer) => {
    body += bytes.toString('latin1');
  });
  head.on('end', () => settle({ head, body }));
  head.on('error', () => {}); // the connection tells why
}

/** Turns of the loop in which Node is sure to have dealt with what it was given. */
const turns = 6;

function afterTurns(settle: () => void): void {
  let left = turns;
  const turn = () => {
    left -= 1;
    if (left === 0) settle();
    else setImmediate(turn);
  };
  setImmediate(turn);
}

/** What node:http, as a server, makes of the bytes of a request. */
export function readRequestByNode(text: string): Promise<Reading<ReadMessage>> {
  return new Promise((settle) => {
    let head: IncomingMessage | null = null;
    const server = createServer({ requireHostHeader: true });
    const take = (request: IncomingMessage) => {
      // What stands behind it is another one.
      if (head !== null) return;
      head = request;
      collect(request, settle);
    };
    for (const event of ['request', 'checkExpectation', 'checkContinue', 'upgrade']) server.on(event, take);
    server.on('clientError', () => settle('refused'));
    // An answer that nobody gave: the head was refused.
    const socket = connection(() => {
      if (head === null) settle('refused');
    });
    server.emit('connection', socket);
    socket.push(Buffer.from(text, 'latin1'));
    afterTurns(() => settle('incomplete'));
  });
}

/** What node:http, as a client that asked by GET, makes of the bytes of an answer up to the end of its connection. */
export function readAnswerByNode(text: string): Promise<Reading<ReadMessage>> {
  return new Promise((settle) => {
    const socket = connection(() => {});
    const request = send({ createConnection: () => socket as never, method: 'GET' });
    const refuse = (error: NodeJS.ErrnoException) =>
      settle(error.code?.startsWith('HPE_') === true ? 'refused' : 'incomplete');
    request.on('response', (response) => collect(response, settle));
    request.on('upgrade', () => settle('refused'));
    request.on('error', refuse);
    socket.on('error', refuse);
    request.end();
    setImmediate(() => {
      socket.push(Buffer.from(text, 'latin1'));
      afterTurns(() => {
        socket.push(null);
        afterTurns(() => settle('incomplete'));
      });
    });
  });
}
