import { badValue } from "../../cli/values.ts";

/** Where metrics are served, and to whom. */
export interface Listen {
  readonly hostname: string;
  readonly port: number;
  /** Names of files. */
  readonly tokenFile: string | undefined;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

type Name = "listen" | "listen-token" | "listen-cert" | "listen-key";

/**
 * `--listen` and what belongs to it; undefined: it is not given.
 *
 * @throws {Failure} exit code 2
 */
export function parseListen(
  value: (name: Name) => string | undefined,
): Listen | undefined {
  const listen = value("listen");
  const [cert, key] = [value("listen-cert"), value("listen-key")];
  if (listen === undefined) {
    for (const name of ["listen-token", "listen-cert", "listen-key"] as const) {
      const text = value(name);
      if (text !== undefined) {
        throw badValue(name, text, "nothing is served; give --listen PORT too");
      }
    }
    return undefined;
  }
  if ((cert === undefined) !== (key === undefined)) {
    const name = cert === undefined ? "listen-key" : "listen-cert";
    throw badValue(
      name,
      cert ?? key!,
      "a certificate and its key go together; give --listen-cert and --listen-key",
    );
  }
  return {
    ...parseAddress(listen),
    tokenFile: value("listen-token"),
    tls: cert === undefined || key === undefined ? undefined : { cert, key },
  };
}

/** `9435`, `127.0.0.1:9435`, `[::1]:9435`, `localhost:9435`. */
function parseAddress(text: string): { hostname: string; port: number } {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]\s]+)):)?(\d{1,5})$/.exec(
    text,
  );
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65535) {
    throw badValue(
      "listen",
      text,
      "give a port like 9435, or HOST:PORT like 0.0.0.0:9435 or [::]:9435",
    );
  }
  return { hostname: match[1] ?? match[2] ?? "127.0.0.1", port };
}
