/** Serves metrics to Prometheus over HTTP or HTTPS. */
import { timingSafeEqual } from "node:crypto";
import { EXIT, type ExitCode, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import {
  METRICS_TYPES,
  type MetricsForm,
  metricsText,
} from "../formats/metrics.ts";
import {
  acceptWeight,
  type HttpAnswer,
  type HttpRequest,
} from "../http/message.ts";
import { isLoopback } from "../http/peer.ts";
import { HttpServer } from "../http/server.ts";
import type { RunRecord } from "../tally/records.ts";
import { InterfaceStates } from "./interface_states.ts";
import type { Sink } from "./sink.ts";

/** Where metrics are served, and to whom. */
interface ExporterOptions {
  readonly hostname: string;
  readonly port: number;
  /** The bearer token; undefined: everybody may read. */
  readonly token: string | undefined;
  /** A certificate and its key, in PEM; undefined: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly maxSources: number;
}

/** `/healthz` fails when a tick is late by so many intervals … */
const LATE = 3;
/** … and so many ms: reading a large table takes a while. */
const GRACE = 5000;

/**
 * Serves `/metrics` and `/healthz`.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class Exporter implements Sink, Disposable {
  readonly #options: ExporterOptions;
  readonly #states: InterfaceStates;
  #listener: Deno.Listener | undefined;
  /** It listens on a loopback address only. */
  #isLocal = false;
  #server: HttpServer | undefined;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#states = new InterfaceStates(options.maxSources);
  }

  /**
   * Binds the address, while this process may bind any port. Clients wait until
   * `open`.
   *
   * @throws {Failure} exit code 7: it cannot be bound; 2: the certificate is unusable
   */
  prepare(): void {
    if (this.#listener !== undefined) return;
    const { hostname, port, tls } = this.#options;
    const address = { hostname, port };
    const listener = this.#bind(
      () => Deno.listen(address),
      EXIT.output,
      "name another address or port",
    );
    if (tls === undefined) {
      this.#listener = listener;
      return;
    }
    listener.close(); // whatever goes wrong now is the certificate's fault
    this.#listener = this.#bind(
      () => Deno.listenTls({ ...address, ...tls }),
      EXIT.usage,
      "check the certificate and its key",
    );
  }

  #bind(
    listen: () => Deno.Listener,
    exitCode: ExitCode,
    remedy: string,
  ): Deno.Listener {
    try {
      return listen();
    } catch (error) {
      const { hostname, port } = this.#options;
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      throw new Failure(
        exitCode,
        `Cannot listen on ${host}:${port}: ${reasonOf(error)}; ${remedy}`,
      );
    }
  }

  open(): void {
    const { hostname } = this.#listener!.addr as Deno.NetAddr;
    this.#isLocal = isLoopback(hostname);
    this.#server = new HttpServer(
      this.#listener!,
      (request) => this.answer(request),
    );
  }

  /** The answer to a request. */
  answer({ method, host, path, headers }: HttpRequest): HttpAnswer {
    if (!this.#isMeant(host)) {
      return {
        status: 403,
        body: "Only this machine is served; ask for localhost or 127.0.0.1\n",
      };
    }
    if (method !== "GET" && method !== "HEAD") {
      return { status: 405, body: "", headers: { allow: "GET, HEAD" } };
    }
    if (path === "/healthz") return this.#health();
    if (path !== "/metrics") {
      return { status: 404, body: "The pages are /metrics and /healthz\n" };
    }
    if (!this.#isAllowed(headers.get("authorization"))) {
      return {
        status: 401,
        body: "",
        headers: { "www-authenticate": "Bearer" },
      };
    }
    const form = formFor(headers.get("accept") ?? "");
    return {
      status: 200,
      type: METRICS_TYPES[form],
      body: metricsText(this.#states.all, form),
    };
  }

  /** 200 if all interfaces are being counted and no tick is late; else 503. */
  #health(): HttpAnswer {
    const now = Date.now();
    const ill = this.#states.all.filter(({ isRunning, start, snapshot }) =>
      !isRunning ||
      now - snapshot.end.getTime() > LATE * start.interval * 1000 + GRACE
    );
    const names = ill.map(({ start }) => start.interface).join(", ");
    return ill.length === 0
      ? { status: 200, body: "ok\n" }
      : { status: 503, body: `not counting: ${names}\n` };
  }

  /**
   * Whether a request for `host` is meant for this server. One that serves only
   * this machine answers to no other name: a page in a browser could make a name
   * of its own mean 127.0.0.1 (DNS rebinding), and read the answer.
   */
  #isMeant(host: string | undefined): boolean {
    return !this.#isLocal || host === undefined || isLoopback(host) ||
      host === this.#options.hostname.toLowerCase();
  }

  #isAllowed(authorization = ""): boolean {
    const { token } = this.#options;
    if (token === undefined) return true;
    const encoder = new TextEncoder();
    const given = encoder.encode(authorization);
    const expected = encoder.encode(`Bearer ${token}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  write(record: RunRecord): void {
    this.#states.update(record);
  }

  [Symbol.dispose](): void {
    if (this.#server === undefined) this.#listener?.close();
    else this.#server[Symbol.dispose]();
  }
}

/** OpenMetrics, if Accept ranks it at least as high as text/plain. */
function formFor(accept: string): MetricsForm {
  const open = acceptWeight(accept, "application/openmetrics-text") ?? 0;
  const text = acceptWeight(accept, "text/plain") ?? 0;
  return open > 0 && open >= text ? "openMetrics" : "prometheus";
}
