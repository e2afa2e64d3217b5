/** A small HTTP server that a slow or hostile client cannot occupy. */
import { grown } from "../basics/growing_array.ts";
import {
  answerText,
  type HttpAnswer,
  type HttpRequest,
  parseRequest,
} from "./message.ts";
import { peerOf } from "./peer.ts";
import { leaver, type Seat } from "./seats.ts";

/**
 * Milliseconds for one request and its answer. Deno.serve and node:http of 2.7
 * wait without a limit; from 2.8.3 on they have one. This file can go once they
 * also bound the connections of a peer.
 */
const DEADLINE = 5000;
/** Largest request in bytes; the rest is not read. */
const MOST_BYTES = 8192;
/** Connections at once, of one peer and of all; see `leaver`. */
const BOUNDS = { ofPeer: 256, ofAll: 512 };

/** Milliseconds between connections for which others are closed. */
const PACE = 1;

/** What a connection is read from and written to. */
export type HttpStream = Pick<
  Deno.Conn,
  "read" | "write" | "closeWrite" | "close"
>;

/** What is read and written in place of a connection, if that is still open. */
type Secure = (tcp: Deno.Conn, isOpen: () => boolean) => Promise<HttpStream>;

interface Connection extends Seat {
  readonly tcp: Deno.Conn;
  /** With TLS, what speaks it; else the same. */
  stream: HttpStream;
  isBusy: boolean;
}

/**
 * Serves small pages, one request per connection, with limits on time, size and
 * number of connections.
 *
 * @example
 * using server = new HttpServer(Deno.listen({ port: 9100 }), () => ({
 *   status: 200,
 *   body: "hello\n",
 * }));
 */
export class HttpServer implements Disposable {
  readonly #listener: Deno.Listener;
  readonly #handle: (request: HttpRequest) => HttpAnswer;
  readonly #secure: Secure;
  /** The oldest first. */
  readonly #connections = new Set<Connection>();

  /**
   * @param handle if it throws, the client gets no answer
   * @param secure puts TLS on a connection
   */
  constructor(
    listener: Deno.Listener,
    handle: (request: HttpRequest) => HttpAnswer,
    secure: Secure = (tcp) => Promise.resolve(tcp),
  ) {
    this.#listener = listener;
    this.#handle = handle;
    this.#secure = secure;
    this.#accept();
  }

  async #accept(): Promise<void> {
    for (;;) {
      try {
        const isFull = this.#admit(await this.#listener.accept());
        // Who connects again and again is slowed down, so that a new connection
        // has the time to send its request before it is the oldest.
        if (isFull) await pause(PACE);
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return; // disposed of
        // The client has left; or no descriptor is free, until one is closed.
        const hasRoom = isOutOfFiles(error) &&
          this.#makeRoom("", { ofPeer: 1, ofAll: 1 });
        await pause(hasRoom ? PACE : 100);
      }
    }
  }

  /** Serves a connection. @returns whether another one had to be closed for it */
  #admit(tcp: Deno.Conn): boolean {
    const peer = peerOf((tcp.remoteAddr as Deno.NetAddr).hostname);
    const isFull = this.#makeRoom(peer, BOUNDS);
    this.#serve({ tcp, stream: tcp, peer, isBusy: false });
    return isFull;
  }

  /** Closes a connection if there are too many. @returns whether it did */
  #makeRoom(peer: string, bounds: typeof BOUNDS): boolean {
    const leaving = leaver([...this.#connections], peer, bounds);
    if (leaving !== undefined) this.#close(leaving);
    return leaving !== undefined;
  }

  async #serve(connection: Connection): Promise<void> {
    this.#connections.add(connection);
    const timer = setTimeout(() => this.#close(connection), DEADLINE);
    try {
      const isOpen = () => this.#connections.has(connection);
      const stream = await this.#secure(connection.tcp, isOpen);
      connection.stream = stream;
      if (!isOpen()) stream.close(); // it came too late
      const request = await readRequest(stream);
      connection.isBusy = true;
      const answer = typeof request === "number"
        ? { status: request, body: "" }
        : this.#handle(request);
      const method = typeof request === "number" ? "" : request.method;
      await writeAllTo(
        stream,
        new TextEncoder().encode(answerText(answer, method)),
      );
      connection.isBusy = false;
      // Closing with unread input resets the connection, which could drop the
      // answer: wait until the client has closed.
      await stream.closeWrite();
      while (await stream.read(new Uint8Array(1024)) !== null);
    } catch {
      // The client left or took too long; other clients are not affected.
    } finally {
      clearTimeout(timer);
      this.#close(connection);
    }
  }

  #close(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    const { tcp, stream } = connection;
    tcp.close();
    if (stream !== tcp) stream.close();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) this.#close(connection);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function isOutOfFiles(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    (error.code === "EMFILE" || error.code === "ENFILE");
}

/** Writes all bytes, since one write may accept only a part of them. */
export async function writeAllTo(
  stream: Pick<HttpStream, "write">,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await stream.write(bytes.subarray(at));
  }
}

/** Reads a request; or returns the status to refuse it with. */
async function readRequest(
  stream: HttpStream,
): Promise<HttpRequest | 400 | 431> {
  // Most requests are small, and most connections of an attack send none.
  let buffer = new Uint8Array(512);
  const decoder = new TextDecoder();
  for (let length = 0; length < MOST_BYTES;) {
    if (length === buffer.length) buffer = grown(buffer);
    const more = await stream.read(buffer.subarray(length));
    if (more === null) return 400;
    length += more;
    const text = decoder.decode(buffer.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return parseRequest(text.slice(0, end)) ?? 400;
  }
  return 431;
}
