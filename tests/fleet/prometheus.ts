/** Runs Prometheus with contrib/prometheus/, changed only in its intervals: 1 s each. */
import { assertEquals } from "@std/assert";
import { sh } from "../lib/stage.ts";
import type { Host, Management } from "./host.ts";
import { Server } from "./server.ts";

const CONTRIB = new URL("../../contrib/prometheus", import.meta.url).pathname
  .replaceAll("%20", " ");

type Labels = Readonly<Record<string, string>>;

/** An alert in the answer of /api/v1/alerts. */
interface Alert {
  readonly labels: Labels;
  readonly state: "pending" | "firing";
}

/** Copies contrib/prometheus to `folder` and adapts it to these hosts. */
function configure(
  folder: string,
  hosts: readonly Host[],
  nodes: readonly Host[],
): void {
  sh("cp", "-rT", CONTRIB, folder);
  const edit = (name: string, pattern: RegExp, text: string) => {
    const before = Deno.readTextFileSync(`${folder}/${name}`);
    const after = before.replaceAll(pattern, text);
    assertEquals(before === after, false, `${name}: no ${pattern}`);
    Deno.writeTextFileSync(`${folder}/${name}`, after);
  };
  edit("prometheus.yml", /(?<=_interval: )\w+/g, "1s");
  edit("alerts.rules.yml", /(?<= for: )\w+/g, "1s");
  const targets = (name: string, hosts: readonly Host[], port: number) =>
    Deno.writeTextFileSync(
      `${folder}/targets/${name}.yml`,
      JSON.stringify([{ targets: hosts.map(({ name }) => `${name}:${port}`) }]),
    );
  targets("xdptally", hosts, 9435);
  targets("node", nodes, 9100);
  Deno.writeTextFileSync(
    `${folder}/hosts`,
    hosts.map(({ address, name }) => `${address} ${name}\n`).join(""),
  );
}

/** A Prometheus in the management namespace, queried over HTTP. */
export class Prometheus extends Server {
  readonly #management: Management;

  constructor(
    management: Management,
    folder: string,
    hosts: readonly Host[],
    nodes: readonly Host[],
  ) {
    configure(folder, hosts, nodes);
    // A private /etc/hosts: only this process can resolve the hosts' names.
    super(
      management,
      `${folder}/log`,
      ...["unshare", "--mount", "sh", "-c"],
      'mount --bind "$0" /etc/hosts && exec "$@"',
      `${folder}/hosts`,
      "prometheus",
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      "--web.listen-address=127.0.0.1:9090",
    );
    this.#management = management;
  }

  /** GETs /api/v1/`path`. @returns the answer's `data` @throws no answer, or an error */
  // deno-lint-ignore no-explicit-any
  get(path: string, parameters: Readonly<Record<string, string>> = {}): any {
    const answer = JSON.parse(this.#management.run(
      ...["curl", "-sS", "--max-time", "20", "--get"],
      ...Object.entries(parameters).flatMap((
        [name, value],
      ) => ["--data-urlencode", `${name}=${value}`]),
      `http://127.0.0.1:9090/api/v1/${path}`,
    ));
    if (answer.status !== "success") throw new Error(answer.error);
    return answer.data;
  }

  /** The samples of an instant query. */
  query(query: string): { metric: Labels; value: number }[] {
    return this.get("query", { query }).result.map((
      { metric, value }: { metric: Labels; value: [number, string] },
    ) => ({ metric, value: Number(value[1]) }));
  }

  /** The sum of an instant query's samples, NaN if there are none. */
  sum(query: string): number {
    return this.query(`sum(${query})`)[0]?.value ?? NaN;
  }

  /** Whether an alert is firing for a host. */
  isFiring(alertname: string, host: string): boolean {
    const alerts: Alert[] = this.get("alerts").alerts;
    return alerts.some(({ labels, state }) =>
      state === "firing" && labels.alertname === alertname &&
      labels.host === host
    );
  }
}
