/** Serves metrics to Prometheus over HTTP or HTTPS. */
import { timingSafeEqual } from "node:crypto";
import type { Logger } from "@std/log/logger";
import { parseAddress } from "../basics/address.ts";
import { EXIT, Failure } from "../basics/errors.ts";
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
import { type Certificate, TlsGate } from "../http/tls_gate.ts";
import { findInterface } from "../net/interfaces.ts";
import type { User } from "../process/user.ts";
import type { RunRecord } from "../tally/records.ts";
import { lateAfter } from "../tally/schedule.ts";
import { InterfaceStates } from "./interface_states.ts";
import { type Reloaded, warnOfReaders } from "./reloaded.ts";
import type { Sink } from "./sink.ts";

/** Where metrics are served, and to whom. */
interface ExporterOptions {
  readonly hostname: string;
  readonly port: number;
  /** The bearer token; undefined: everybody may read. */
  readonly token: Reloaded<string> | undefined;
  /** The certificate of TLS; undefined: plain HTTP. */
  readonly tls: Reloaded<Certificate> | undefined;
  /** Files that nobody else should read. */
  readonly secretFiles: readonly string[];
  readonly maxSources: number;
  readonly log: Logger;
}

/**
 * Serves `/metrics` and `/healthz`.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class Exporter implements Sink, Disposable {
  readonly #options: ExporterOptions;
  readonly #states: InterfaceStates;
  #listener: Deno.Listener | undefined;
  #gate: TlsGate | undefined;
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
   * @throws {Failure} exit code 7: it cannot be bound
   */
  prepare(): void {
    if (this.#listener !== undefined) return;
    const { hostname, port, tls, secretFiles, log } = this.#options;
    if (tls !== undefined) this.#requireLoopback();
    try {
      this.#listener = Deno.listen({ hostname, port });
    } catch (error) {
      throw this.#failure(reasonOf(error), "name another address or port");
    }
    if (tls !== undefined) this.#gate = new TlsGate(() => tls.valueNow(log));
    const bound = (this.#listener.addr as Deno.NetAddr).hostname;
    this.#isLocal = isLoopback(bound);
    const isAddress = parseAddress(hostname) !== undefined;
    if (!isAddress && !isLoopback(hostname.toLowerCase())) {
      log.info(`Serving metrics on ${bound}, an address of "${hostname}"`);
    }
    for (const path of secretFiles) warnOfReaders(path, log);
  }

  /** TLS goes through the loopback interface. @throws {Failure} exit code 7 */
  #requireLoopback(): void {
    if (findInterface("lo")?.isUp === true) return;
    throw this.#failure(
      "TLS needs the loopback interface, which is down",
      "ip link set lo up",
    );
  }

  #failure(why: string, remedy: string): Failure {
    return new Failure(
      EXIT.output,
      `Cannot listen on ${this.#place}: ${why}; ${remedy}`,
    );
  }

  /** Where it listens: `127.0.0.1:9435`, `[::1]:9435`. */
  get #place(): string {
    const { hostname, port } = this.#options;
    return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  }

  canGoOnAs(user: User): boolean {
    const { token, tls, log } = this.#options;
    token?.becomes(user, log);
    tls?.becomes(user, log);
    return true;
  }

  open(): void {
    const gate = this.#gate;
    this.#options.log.info(
      `Serving metrics at ${gate ? "https" : "http"}://${this.#place}/metrics`,
    );
    this.#server = new HttpServer(
      this.#listener!,
      (request) => this.answer(request),
      gate && ((tcp, isOpen) => gate.secure(tcp, isOpen)),
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
      now - snapshot.end.getTime() > lateAfter(start.interval * 1000)
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

  /** Whether the header has the token. @see RFC 6750; RFC 9110, section 11.1 */
  #isAllowed(authorization = ""): boolean {
    const { token, log } = this.#options;
    if (token === undefined) return true;
    const encoder = new TextEncoder();
    const given = encoder.encode(authorization.replace(/^bearer +/i, ""));
    const expected = encoder.encode(token.valueNow(log));
    return /^bearer /i.test(authorization) &&
      given.length === expected.length && timingSafeEqual(given, expected);
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
