/** A small HTTP server that a slow or hostile client cannot occupy. */
import {
  answerText,
  type HttpAnswer,
  type HttpRequest,
  parseRequest,
} from "./message.ts";

/** Milliseconds for one request and its answer. */
const DEADLINE = 5000;
/** Largest request in bytes; the rest is not read. */
const MOST_BYTES = 8192;
/** Connections at once; further ones are closed without an answer. */
const MOST_CONNECTIONS = 32;

/**
 * Serves small pages, one request per connection, with limits on time, size and
 * number of connections. (Deno.serve and node:http of Deno 2.7 wait for a slow
 * request without a limit.)
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
  readonly #connections = new Set<Deno.Conn>();

  /** @param handle if it throws, the client gets no answer */
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
        // No descriptor is free, or the client has left: keep accepting.
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
      // Closing with unread input resets the connection, which could drop the
      // answer: wait until the client has closed.
      await connection.closeWrite();
      while (await connection.read(new Uint8Array(1024)) !== null);
    } catch {
      // The client left or took too long; other clients are not affected.
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

/** Reads a request; or returns the status to refuse it with. */
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
