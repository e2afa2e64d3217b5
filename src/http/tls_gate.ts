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
function listenInside(certificate: Certificate): Deno.TlsListener {
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

/** @throws {Error} the certificate or its key cannot be used */
export function requireUsable(certificate: Certificate): void {
  listenInside(certificate).close();
}

/**
 * Passes connections through a listener of their own and back. Deno speaks TLS as a
 * server only on what its own listener accepted, whose certificate is fixed; and an
 * address that is listened on cannot be bound again without losing connections, nor
 * a port below 1024 without rights. So the outer listener stays, and for each
 * connection there is an inner one, for a moment: nobody has the time to find its
 * port and to fill its queue. This can go once the runtime takes a new certificate
 * for an open listener.
 */
export class TlsGate {
  readonly #current: () => Certificate;
  /** The last pair; one is made after the other. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param current the certificate of the moment */
  constructor(current: () => Certificate) {
    this.#current = current;
  }

  /**
   * TLS on a connection; closing what this returns ends both.
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
      return pairOf(this.#current());
    });
    this.#last = made.catch(() => {});
    const { outer, inner } = await made;
    Promise.all([
      writeAllTo(outer, hello.subarray(0, length))
        .then(() => pass(tcp, outer)),
      pass(outer, tcp),
    ])
      .catch(() => {}) // one of the two sides has left
      .finally(() => outer.close());
    return inner;
  }
}

/** A connection within this process, whose inner end speaks TLS. */
async function pairOf(
  certificate: Certificate,
): Promise<{ outer: Deno.TcpConn; inner: Deno.TlsConn }> {
  using listener = listenInside(certificate);
  const { hostname, port } = listener.addr;
  const outer = await Deno.connect({ hostname, port });
  try {
    for (;;) {
      const inner = await listener.accept();
      const { remoteAddr } = inner;
      const isOurs = remoteAddr.port === outer.localAddr.port &&
        remoteAddr.hostname === outer.localAddr.hostname;
      if (isOurs) return { outer, inner };
      inner.close(); // somebody else on this machine has found the port
    }
  } catch (error) {
    outer.close();
    throw error;
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
