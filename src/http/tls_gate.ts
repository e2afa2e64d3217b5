/** Speaks TLS on accepted connections, with a certificate that may change meanwhile. */
import { type HttpStream, writeAllTo } from "./server.ts";

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * A listener that speaks TLS, on a loopback port of its own.
 *
 * @throws {Error} the certificate or its key cannot be used
 */
export function listenInside(certificate: Certificate): Deno.TlsListener {
  const on = (hostname: string) =>
    Deno.listenTls({ hostname, port: 0, ...certificate });
  try {
    return on("127.0.0.1");
  } catch (error) {
    // Without IPv4; the error of a certificate is the same again.
    if (error instanceof Deno.errors.InvalidData) throw error;
    return on("::1");
  }
}

/**
 * Passes connections through a listener of `listenInside` and back. Deno speaks
 * TLS as a server only on what its own listener accepted, whose certificate is
 * fixed; and an address that is listened on cannot be bound again without losing
 * connections, nor a port below 1024 without rights. So the outer listener stays,
 * and the inner one changes. This can go once the runtime takes a new certificate
 * for an open listener.
 */
export class TlsGate implements Disposable {
  readonly #current: () => Deno.TlsListener;
  #used: Deno.TlsListener;
  /** The last pair; one is made after the other. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param current the listener with the certificate of the moment */
  constructor(current: () => Deno.TlsListener) {
    this.#current = current;
    this.#used = current();
  }

  /**
   * TLS on a connection; closing that ends it.
   *
   * @param isOpen whether it is still of use when its turn comes
   * @throws {Error} it is not, or too few files may be open
   */
  async secure(tcp: Deno.Conn, isOpen: () => boolean): Promise<HttpStream> {
    // Who has sent nothing waits here, and keeps nobody waiting.
    const hello = new Uint8Array(512);
    const length = await tcp.read(hello) ?? 0;
    const made = this.#last.then(() => {
      if (!isOpen()) throw new Error("closed");
      return this.#pair();
    });
    this.#last = made.catch(() => {});
    const { outer, inner } = await made;
    Promise.all([
      writeAllTo(outer, hello.subarray(0, length))
        .then(() => pass(tcp, outer)),
      pass(outer, tcp),
    ])
      .catch(() => {}) // one of the two sides has left
      .finally(() => {
        outer.close();
        inner.close();
      });
    return inner;
  }

  /** A connection to the inner listener, and its other end. */
  async #pair(): Promise<{ outer: Deno.TcpConn; inner: Deno.TlsConn }> {
    const listener = this.#current();
    if (listener !== this.#used) this.#used.close();
    this.#used = listener;
    const { hostname, port } = listener.addr as Deno.NetAddr;
    const outer = await Deno.connect({ hostname, port });
    try {
      for (;;) {
        const inner = await listener.accept();
        if (inner.remoteAddr.port === outer.localAddr.port) {
          return { outer, inner };
        }
        inner.close(); // somebody else on this machine has found the port
      }
    } catch (error) {
      outer.close();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#used.close();
  }
}

/** Passes on what is read until its end. */
async function pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (let read; (read = await from.read(buffer)) !== null;) {
    await writeAllTo(to, buffer.subarray(0, read));
  }
  await to.closeWrite();
}
