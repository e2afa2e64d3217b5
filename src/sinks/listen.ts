/** The sink of `--listen`: metrics over HTTP. */
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { text, valued } from "../cli/option.ts";
import { badValue } from "../cli/values.ts";
import { Exporter } from "./exporter.ts";
import type { SinkKind } from "./sink.ts";

const file = (name: string, help: string) =>
  text({ name, value: "FILE", help, isRare: true, completes: "files" });

const OPTIONS = {
  listen: valued({
    name: "listen",
    value: "ADDRESS",
    help: "serve metrics on PORT or HOST:PORT (HOST 127.0.0.1)",
    details:
      "0.0.0.0:PORT and [::]:PORT serve on all addresses: anyone who can reach them can read who sends to this host. The pages are /metrics and /healthz.",
    isRare: true,
  }, parseAddress),
  listenToken: file(
    "listen-token",
    "serve /metrics only with the bearer token in FILE",
  ),
  listenCert: file(
    "listen-cert",
    "serve over TLS with this certificate (PEM); needs --listen-key",
  ),
  listenKey: file("listen-key", "the certificate's private key (PEM)"),
};

export const listen: SinkKind<typeof OPTIONS> = {
  options: OPTIONS,
  plan({ listen: address, listenToken, listenCert, listenKey }) {
    const files = {
      "listen-token": listenToken,
      "listen-cert": listenCert,
      "listen-key": listenKey,
    };
    if (address === undefined) {
      for (const [name, file] of Object.entries(files)) {
        if (file === undefined) continue;
        throw badValue(
          name,
          file,
          "it has no effect alone; give --listen PORT too",
        );
      }
      return undefined;
    }
    if ((listenCert === undefined) !== (listenKey === undefined)) {
      throw badValue(
        listenCert === undefined ? "listen-key" : "listen-cert",
        listenCert ?? listenKey!,
        "a certificate and its key go together; give --listen-cert and --listen-key",
      );
    }
    // Read now: before any signal is caught, and before rights are given up.
    const token = listenToken === undefined
      ? undefined
      : readToken(listenToken);
    const tls = listenCert === undefined || listenKey === undefined
      ? undefined
      : { cert: readSecret(listenCert), key: readSecret(listenKey) };
    return {
      hasMetrics: true,
      place: `${address.hostname}:${address.port}`,
      create: ({ maxSources }) =>
        new Exporter({ ...address, token, tls, maxSources }),
    };
  },
};

/** @throws {Failure} exit code 2: the file cannot be read, or has no token */
function readToken(path: string): string {
  const token = readSecret(path).trim();
  if (token === "") {
    throw badValue(
      "listen-token",
      path,
      "the file is empty; put a token in it",
    );
  }
  return token;
}

/** @throws {Failure} exit code 2: the file cannot be read */
function readSecret(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new Failure(
      EXIT.usage,
      `Cannot read "${path}": ${reasonOf(error)}; name a readable file`,
    );
  }
}

/**
 * Reads `9435`, `127.0.0.1:9435`, `[::1]:9435` or `localhost:9435`.
 *
 * @throws {RangeError} it is none of these
 */
function parseAddress(text: string): { hostname: string; port: number } {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]\s]+)):)?(\d{1,5})$/.exec(
    text,
  );
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65535) {
    throw new RangeError(
      "give a port like 9435, or HOST:PORT like 0.0.0.0:9435 or [::]:9435",
    );
  }
  return { hostname: match[1] ?? match[2] ?? "127.0.0.1", port };
}
