/**
 * Holds connections to a server open, without ever sending a whole request. Prints
 * `there` when all have been opened; ends when its stdin does.
 * usage: hold.ts KIND COUNT HOST PORT [CERTIFICATE]
 * KIND: `idle` sends nothing; `slow` sends a request byte by byte; `hello` stops
 * within a TLS handshake; `again` opens a new one for each that the server closes.
 * With the certificate of the server, idle and slow ones speak TLS.
 */
const [kind, count, hostname, port, certificate] = Deno.args;
const isTls = certificate !== undefined && kind !== "hello" && kind !== "again";
const caCerts = isTls ? [Deno.readTextFileSync(certificate)] : [];

/** The head of a TLS record of 512 bytes, which do not follow. */
const HELLO = Uint8Array.of(22, 3, 1, 2, 0);

async function hold(): Promise<void> {
  do {
    const address = { hostname: hostname!, port: Number(port) };
    const connection = isTls
      ? await Deno.connectTls({ ...address, caCerts })
      : await Deno.connect(address);
    try {
      // The server may have closed it already to let the next one in.
      if (isTls) await (connection as Deno.TlsConn).handshake().catch(() => {});
      opened();
      if (kind === "hello") await connection.write(HELLO);
      if (kind === "slow") sendSlowly(connection).catch(() => {});
      while (await connection.read(new Uint8Array(64)) !== null);
    } catch {
      // The server has reset it.
    }
    connection.close();
  } while (kind === "again");
}

async function sendSlowly(connection: Deno.Conn): Promise<void> {
  const text = `GET /metrics HTTP/1.1\r\nx: ${"y".repeat(8000)}`;
  for (const byte of new TextEncoder().encode(text)) {
    await connection.write(Uint8Array.of(byte));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let left = Number(count);
function opened(): void {
  if (--left === 0) console.log("there");
}

for (let made = 0; made < Number(count); made++) hold();
while (await Deno.stdin.read(new Uint8Array(64)) !== null);
Deno.exit();
