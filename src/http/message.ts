/** Requests and answers of HTTP/1.1, as far as a metrics page takes it (RFC 9112). */

export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface HttpAnswer {
  readonly status: keyof typeof REASONS;
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const REASONS = {
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
} as const;

/** A request by its head, up to the empty line; undefined: it is none. */
export function parseRequest(head: string): HttpRequest | undefined {
  const [first = "", ...lines] = head.split("\r\n");
  const match = /^([A-Z]+) (\/[^\s?#]*)\S* HTTP\/1\.[01]$/.exec(first);
  if (match === null) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const field = /^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (field === null) return undefined;
    headers.set(field[1]!.toLowerCase(), field[2]!);
  }
  return { method: match[1]!, path: match[2]!, headers };
}

/** The bytes of an answer; the connection is closed behind it. */
export function answerText(
  { status, body, type = "text/plain; charset=utf-8", headers = {} }:
    HttpAnswer,
  method: string,
): string {
  const length = new TextEncoder().encode(body).length;
  const fields = {
    "content-type": type,
    "content-length": String(length),
    "cache-control": "no-store",
    "connection": "close",
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return `HTTP/1.1 ${status} ${REASONS[status]}\r\n${lines.join("")}\r\n${
    method === "HEAD" ? "" : body
  }`;
}

/**
 * How much an `Accept` header wants a media type, from 0 to 1; parameters but
 * `q` are not looked at. Undefined: it does not name it.
 */
export function wanted(accept: string, type: string): number | undefined {
  for (const range of accept.split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) =>
      part.trim().toLowerCase()
    );
    if (name !== type) continue;
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    return q === undefined ? 1 : Number(q.slice(2)) || 0;
  }
  return undefined;
}
