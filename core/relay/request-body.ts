import { isForwardableTrailer, withoutTrailers } from './heads/chunked-decoder.ts';
import type { HeaderSet } from './heads/header-name.ts';
import type { BodyFraming } from './heads/request-head.ts';
import type { UpstreamConnection } from './upstreams/upstream-connection.ts';

/** A body up to this size is kept until the answer begins, so that it can be sent again. */
export const replayLimit = 65_536;

/** Whoever reads from the caller. */
export interface BodySource {
  pause(): void;
  resume(): void;
}

/** Whoever sends a body on: hears of one that cannot be. */
export interface BodyWatcher {
  onTooLarge(): void;
  onMalformed(problem: string): void;
}

const nobody: BodyWatcher = { onTooLarge() {}, onMalformed() {} };

/**
 * The body of one request on its way from the caller's connection to an upstream, at the upstream's pace. Until an
 * upstream takes it, no more than can be sent again is read; so much can be sent to several, one after the other.
 */
export class RequestBody {
  /** Bytes that came, without framing. */
  bytes = 0;
  /** All of it came. */
  complete = false;
  /** More came than may. */
  tooLarge = false;
  /** Why the rest of it cannot be read; null while nothing is wrong. */
  problem: string | null = null;
  private readonly framing: BodyFraming;
  private readonly source: BodySource;
  private maxBytes = Number.POSITIVE_INFINITY;
  private watcher = nobody;
  private upstream: UpstreamConnection | null = null;
  private kept: Buffer[] | null = [];
  /** What can be sent again goes out at once, the rest when the upstream asks for it. */
  private gated = false;
  /** Of what is kept, pieces and bytes that the present upstream was sent. */
  private sentPieces = 0;
  private sentBytes = 0;
  private trailers: readonly string[] = [];
  /** Trailers of these names stay behind, as headers do. */
  private drop: HeaderSet | undefined;
  private thrownAway = false;

  constructor(framing: BodyFraming, source: BodySource) {
    this.framing = framing;
    this.source = source;
  }

  /** Whether the request, as far as it was read, can be sent once more. */
  get repeatable(): boolean {
    return this.kept !== null;
  }

  /** Sets the longest body, and who hears of it. */
  limit(maxBytes: number, watcher: BodyWatcher): void {
    this.maxBytes = maxBytes;
    this.watcher = watcher;
    this.tooLarge = this.bytes > maxBytes;
  }

  /** A piece came from the caller. It is kept: the caller of this gives it away. */
  push(bytes: Buffer): void {
    if (this.thrownAway) return;
    this.bytes += bytes.length;
    if (this.bytes > this.maxBytes) {
      this.tooLarge = true;
      this.source.pause();
      this.watcher.onTooLarge();
      return;
    }
    if (this.upstream === null) {
      this.keep(bytes);
      if (this.bytes > replayLimit) this.source.pause();
      return;
    }
    this.upstream.touch();
    if (this.gated) {
      this.kept?.push(bytes);
      this.sendKept(this.upstream, '');
      if (this.heldBack) this.source.pause();
      return;
    }
    if (this.bytes <= replayLimit) this.keep(bytes);
    else this.kept = null;
    if (!this.write(this.upstream, '', bytes)) this.source.pause();
  }

  /** The last byte came; trailers as name, value, … */
  finish(trailers: readonly string[]): void {
    this.complete = true;
    this.trailers = trailers;
    if (this.upstream !== null && !this.heldBack) this.writeEnd(this.upstream, '');
  }

  /** What came is no body of HTTP/1.1. */
  fail(problem: string): void {
    this.problem = problem;
    this.watcher.onMalformed(problem);
  }

  /**
   * Sends head and body; after `release` it may be called again with another connection. A `gated` body stops where it
   * could not be sent again, until `proceed`.
   */
  sendTo(upstream: UpstreamConnection, head: string, gated: boolean, drop: HeaderSet): void {
    this.upstream = upstream;
    this.drop = drop;
    this.gated = gated;
    this.sentPieces = 0;
    this.sentBytes = 0;
    const unsent = this.sendKept(upstream, head);
    if (!gated && this.bytes > replayLimit) this.kept = null;
    this.goOn(upstream, unsent);
  }

  /** The upstream asks for the body. */
  proceed(): void {
    const { upstream, heldBack } = this;
    this.gated = false;
    if (upstream === null || !heldBack) return;
    this.sendKept(upstream, '');
    this.kept = null;
    this.goOn(upstream, '');
  }

  /** The answer has begun: the body will not be needed again. */
  forget(): void {
    this.proceed();
    this.kept = null;
  }

  /** Leaves the connection; what the caller still sends waits. */
  release(): void {
    this.upstream = null;
    if (!this.complete) this.source.pause();
  }

  /** Nobody needs the rest any more: what still comes is read and thrown away. */
  throwAway(): void {
    this.thrownAway = true;
    this.kept = null;
    this.upstream = null;
    this.source.resume();
  }

  onDrain(): void {
    if (!this.complete && !this.heldBack) this.source.resume();
  }

  private get heldBack(): boolean {
    return this.gated && this.kept !== null && this.sentPieces < this.kept.length;
  }

  /** Sends what is kept and was not sent, as far as it may go; gives the head when that did not go out with it. */
  private sendKept(upstream: UpstreamConnection, head: string): string {
    let unsent = head;
    for (const bytes of (this.kept ?? []).slice(this.sentPieces)) {
      if (this.gated && this.sentBytes + bytes.length > replayLimit) break;
      this.write(upstream, unsent, bytes);
      unsent = '';
      this.sentPieces += 1;
      this.sentBytes += bytes.length;
    }
    return unsent;
  }

  private goOn(upstream: UpstreamConnection, unsent: string): void {
    if (this.complete && !this.heldBack) {
      this.writeEnd(upstream, unsent);
      return;
    }
    upstream.output.text(unsent);
    if (!this.heldBack) this.source.resume();
  }

  /** Small pieces are put together: kept one by one, bytes in chunks of their own would take a hundred times their size. */
  private keep(bytes: Buffer): void {
    const last = this.kept?.at(-1);
    const together = last !== undefined && last.length < 4_096 && bytes.length < 256;
    if (together) this.kept?.splice(-1, 1, Buffer.concat([last, bytes]));
    else this.kept?.push(bytes);
  }

  private write(upstream: UpstreamConnection, head: string, bytes: Buffer): boolean {
    const chunked = this.framing === 'chunked';
    const before = chunked ? `${head}${bytes.length.toString(16)}\r\n` : head;
    return upstream.output.piece(before, bytes, chunked ? '\r\n' : '', true);
  }

  private writeEnd(upstream: UpstreamConnection, head: string): void {
    const end =
      this.framing === 'chunked' ? `0\r\n${trailerLines(withoutTrailers(this.trailers, this.drop))}\r\n` : '';
    upstream.output.text(head + end);
    upstream.requestSent = true;
    upstream.touch();
  }
}

function trailerLines(raw: readonly string[]): string {
  let lines = '';
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (isForwardableTrailer(name)) lines += `${name}: ${raw[index + 1]}\r\n`;
  }
  return lines;
}
