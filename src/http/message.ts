/** Parses requests and writes answers of HTTP/1.1, as far as a metrics page needs them. */

/** A request, without a body. */
export interface HttpRequest {
  readonly method: string;
  /** The host that is asked, in lower case, without port and brackets; undefined: HTTP/1.0 without Host. */
  readonly host: string | undefined;
  /** Without the query. */
  readonly path: string;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** An answer; `type` is a media type, by default plain text. */
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
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
} as const;

/** Method, host and port (in absolute form only), path, and the end of the version. */
const REQUEST_LINE =
  /^([A-Z]+) (?:[hH][tT]{2}[pP][sS]?:\/\/([^\s/?#]+))?(\/[^\s?#]*)?(?:[?#]\S*)? HTTP\/1\.([01])$/;

/** A name or an IPv4 address, or an IPv6 address in brackets, and a port. */
const AUTHORITY = /^(?:\[([\da-f:.]+)\]|([\w.~%!$&'()*+,;=-]*))(?::\d*)?$/i;

/**
 * Parses a request. Its target is a path, or a URL as proxies are asked for; then
 * the host of the URL counts, and not that of the header.
 *
 * @param head request line and header fields, without the empty line behind them
 * @returns undefined: it is not a request, which deserves status 400
 * @see RFC 9112, sections 3 and 5; RFC 9110, section 7.2
 *
 * @example
 * parseRequest("GET /metrics HTTP/1.1\r\nHost: a")?.path; // "/metrics"
 */
export function parseRequest(head: string): HttpRequest | undefined {
  const [first = "", ...lines] = head.split("\r\n");
  const match = REQUEST_LINE.exec(first);
  const [, method, authority, path, version] = match ?? [];
  if (authority === undefined && path === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const field = /^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (field === null) return undefined;
    const name = field[1]!.toLowerCase();
    const before = headers.get(name);
    if (before !== undefined && name === "host") return undefined;
    headers.set(
      name,
      before === undefined ? field[2]! : `${before}, ${field[2]}`,
    );
  }
  const given = headers.get("host");
  if (given === undefined && version === "1") return undefined;
  if (given !== undefined && hostOf(given) === undefined) return undefined;
  const host = hostOf(authority ?? given ?? "");
  if (authority !== undefined && !host) return undefined;
  return {
    method: method!,
    host: given === undefined && authority === undefined ? undefined : host,
    path: path ?? "/",
    headers,
  };
}

/** The host of `host:port`; undefined: it is none. */
function hostOf(authority: string): string | undefined {
  const match = AUTHORITY.exec(authority);
  return match === null ? undefined : (match[1] ?? match[2]!).toLowerCase();
}

/**
 * The text of an answer, which says that the connection closes.
 *
 * @param method of the request: to HEAD, the answer has no body
 */
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
 * The weight that an `Accept` header gives a media type, from 0 to 1; undefined:
 * the header does not name the type. Parameters except `q` are ignored.
 *
 * @see RFC 9110, section 12.5.1
 *
 * @example
 * acceptWeight("text/plain;q=0.5, text/html", "text/plain"); // 0.5
 */
export function acceptWeight(accept: string, type: string): number | undefined {
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
