"""What h11, the parser of many Python servers, makes of what a gateway sends. Prints two ports: a model that answers each
request with what it read, and a judge that is given the bytes of answers and says what they are."""

import json
import socketserver
import sys
import threading

import h11


def read(sock):
    try:
        return sock.recv(65536)
    except ConnectionError:
        return b""


class Model(socketserver.BaseRequestHandler):
    def answer(self, conn, status, seen):
        body = json.dumps(seen).encode()
        head = h11.Response(status_code=status, headers=[("content-length", str(len(body)))])
        parts = [head, h11.Data(data=body), h11.EndOfMessage()]
        self.request.sendall(b"".join(conn.send(part) or b"" for part in parts))

    def handle(self):
        conn = h11.Connection(h11.SERVER)
        request, body = None, b""
        while True:
            try:
                event = conn.next_event()
            except h11.RemoteProtocolError as error:
                self.answer(conn, 400, {"refused": str(error)})
                return
            if event is h11.NEED_DATA:
                data = read(self.request)
                if data == b"":
                    return
                conn.receive_data(data)
            elif isinstance(event, h11.Request):
                request, body = event, b""
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                seen = {"method": request.method.decode(), "target": request.target.decode("latin-1")}
                self.answer(conn, 200, {**seen, "body": body.decode("latin-1")})
                if conn.our_state is h11.MUST_CLOSE:
                    return
                conn.start_next_cycle()
            else:
                return


class Judge(socketserver.BaseRequestHandler):
    def handle(self):
        data = b""
        while more := read(self.request):
            data += more
        answers, problem = [], None
        try:
            answers = answers_in(data)
        except h11.RemoteProtocolError as error:
            problem = str(error)
        self.request.sendall(json.dumps({"answers": answers, "problem": problem}).encode())


def answers_in(data):
    answers = []
    while data:
        conn = h11.Connection(h11.CLIENT)
        for part in (h11.Request(method="GET", target="/", headers=[("host", "h")]), h11.EndOfMessage()):
            conn.send(part)
        conn.receive_data(data)
        conn.receive_data(b"")
        while not isinstance(event := conn.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                answers.append({"status": event.status_code, "body": ""})
            elif isinstance(event, h11.Data):
                answers[-1]["body"] += bytes(event.data).decode("latin-1")
        data = conn.trailing_data[0]
    return answers


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


servers = [Server(("127.0.0.1", 0), handler) for handler in (Model, Judge)]
for server in servers:
    threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps([server.server_address[1] for server in servers]), flush=True)
sys.stdin.read()
