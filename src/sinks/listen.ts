/** The sink of `--listen`: metrics over HTTP. */
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { text, valued } from "../cli/option.ts";
import { badValue } from "../cli/values.ts";
import { type Certificate, requireUsable } from "../http/tls_gate.ts";
import { Exporter } from "./exporter.ts";
import { Reloaded } from "./reloaded.ts";
import type { SinkKind } from "./sink.ts";

const file = (name: string, help: string, details = "") =>
  text({
    ...{ name, value: "FILE", help, isRare: true, completes: "files" },
    ...(details === "" ? {} : { details }),
  });

const OPTIONS = {
  listen: valued({
    name: "listen",
    value: "ADDRESS",
    help: "serve metrics on PORT or HOST:PORT (HOST 127.0.0.1)",
    details:
      "0.0.0.0:PORT and [::]:PORT serve on all addresses: anyone who can reach them can read who sends to this host. The pages are /metrics and /healthz. Records are written only if --format, --json or -o asks for them. On a loopback address only requests for localhost, 127.0.0.0/8, ::1 or HOST are answered, so that no page in a browser reads them under a name of its own. Of a name with several addresses the first one is served.",
    isRare: true,
  }, parseAddress),
  listenToken: file(
    "listen-token",
    "serve /metrics only with the bearer token in FILE",
    "FILE has one line, and at most 64 KiB. A changed token or certificate is used within a second or two if --user may read its file; else after a restart, and a notice says so.",
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
    // Read now: a usage error comes first, and rights are given up later.
    const secretFiles: string[] = [];
    let token: Reloaded<string> | undefined;
    if (listenToken !== undefined) {
      token = new Reloaded(
        "token",
        [listenToken],
        (text) => tokenIn(text, listenToken),
      );
      secretFiles.push(listenToken);
    }
    let tls: Reloaded<Certificate> | undefined;
    if (listenCert !== undefined && listenKey !== undefined) {
      tls = new Reloaded(
        "certificate",
        [listenCert, listenKey],
        (cert, key) => usable({ cert, key }, listenCert, listenKey),
      );
      secretFiles.push(listenKey);
    }
    return {
      hasMetrics: true,
      isEnough: true,
      place: `${address.hostname}:${address.port}`,
      create: ({ maxSources, log }) =>
        new Exporter({ ...address, token, tls, secretFiles, maxSources, log }),
    };
  },
};

/** The token in the text of a file. @throws {Failure} exit code 2: it has none, or several */
function tokenIn(text: string, path: string): string {
  const token = text.trim();
  if (token === "") {
    throw badValue(
      "listen-token",
      path,
      "the file is empty; put a token in it",
    );
  }
  if (/[^\r\n -~]/.test(token)) {
    throw badValue(
      "listen-token",
      path,
      "the file has other characters than those of ASCII; put a token in it",
    );
  }
  if (/[\r\n]/.test(token)) {
    throw badValue(
      "listen-token",
      path,
      "the file has several lines; leave the token alone in it",
    );
  }
  return token;
}

/** Returns a certificate that can be used. @throws {Failure} exit code 2: it cannot */
function usable(
  certificate: Certificate,
  certPath: string,
  keyPath: string,
): Certificate {
  try {
    requireUsable(certificate);
    return certificate;
  } catch (error) {
    throw new Failure(
      EXIT.usage,
      `Cannot use certificate "${certPath}" with key "${keyPath}": ${
        reasonOf(error)
      }; check the certificate and its key`,
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
