import {
  answerText,
  type HttpAnswer,
  type HttpRequest,
  parseRequest,
} from "./message.ts";

/** Milliseconds that one request with its answer may take. */
const DEADLINE = 5000;
/** Bytes of a request; what is beyond is not read. */
const MOST_BYTES = 8192;
/** Requests at once; what is beyond is not answered. */
const MOST_CONNECTIONS = 32;

/**
 * A server of small pages: a request a connection, bounded in time, size and
 * number. (Deno.serve and node:http, as of 2.7, wait for a slow request for
 * ever: tried.)
 */
export class HttpServer implements Disposable {
  readonly #listener: Deno.Listener;
  readonly #handle: (request: HttpRequest) => HttpAnswer;
  readonly #connections = new Set<Deno.Conn>();

  constructor(
    listener: Deno.Listener,
    handle: (request: HttpRequest) => HttpAnswer,
  ) {
    this.#listener = listener;
    this.#handle = handle;
    this.#accept();
  }

  async #accept(): Promise<void> {
    for (;;) {
      try {
        const connection = await this.#listener.accept();
        if (this.#connections.size < MOST_CONNECTIONS) this.#serve(connection);
        else connection.close();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return; // disposed of
        // No descriptor is free, or the caller has left: others will come.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    this.#connections.add(connection);
    const timer = setTimeout(() => this.#close(connection), DEADLINE);
    try {
      const request = await readRequest(connection);
      const answer = typeof request === "number"
        ? { status: request, body: "" }
        : this.#handle(request);
      const method = typeof request === "number" ? "" : request.method;
      const bytes = new TextEncoder().encode(answerText(answer, method));
      for (let at = 0; at < bytes.length;) {
        at += await connection.write(bytes.subarray(at));
      }
      // The other side closes when it has read all; a reset could be faster.
      await connection.closeWrite();
      while (await connection.read(new Uint8Array(1024)) !== null);
    } catch {
      // It left, or took too long; the next one is not its business.
    } finally {
      clearTimeout(timer);
      this.#close(connection);
    }
  }

  #close(connection: Deno.Conn): void {
    if (!this.#connections.delete(connection)) return;
    connection.close();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) this.#close(connection);
  }
}

/** A request, or the status that refuses what came. */
async function readRequest(
  connection: Deno.Conn,
): Promise<HttpRequest | 400 | 431> {
  const buffer = new Uint8Array(MOST_BYTES);
  const decoder = new TextDecoder();
  for (let length = 0; length < buffer.length;) {
    const more = await connection.read(buffer.subarray(length));
    if (more === null) return 400;
    length += more;
    const text = decoder.decode(buffer.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return parseRequest(text.slice(0, end)) ?? 400;
  }
  return 431;
}
