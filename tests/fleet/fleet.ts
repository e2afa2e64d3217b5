/**
 * Tests a fleet end to end (make test-fleet): three hosts, a real Prometheus with
 * contrib's rules and dashboard, node_exporter and ClickHouse. One host is flooded,
 * on another xdptally is killed.
 */
import { read } from "../lib/reading.ts";
import { assert, assertEquals } from "@std/assert";
import { DASHBOARD, queries, withEverything } from "../lib/dashboard.ts";
import { Folder } from "../lib/folder.ts";
import { ethernetFrame, FRAMES } from "../lib/frames.ts";
import { flood, send } from "../lib/traffic.ts";
import { type Capture, type JsonRecord, run, sum } from "../lib/xdptally.ts";
import { ClickHouse } from "./clickhouse.ts";
import { Host, Management } from "./host.ts";
import { Prometheus } from "./prometheus.ts";

const LISTENING = 'xdptally_packets_total{job="xdptally"}';
const FLOOD = { frames: 8_000_000, sources: 1 };
const SPOOFED = { frames: 200_000, sources: 1000 };

/**
 * Every class of frame, and twelve sources that each send a different number of
 * frames. Without frames that end within a VLAN tag: the kernel drops them before tc.
 */
const QUIET = [
  ...FRAMES.filter(({ name, frame }) =>
    read(frame).class !== "malformed" || !/VLAN|QinQ|tag/.test(name)
  )
    .map(({ frame }) => frame),
  ...Array.from(
    Array(12),
    (_, k) => Array(k + 1).fill(ethernetFrame(`192.0.2.${k + 1}`)),
  ).flat(),
];
const ROUNDS = 100;

Deno.test("a fleet: the right alerts fire, and all numbers agree", async (test) => {
  const step = async (name: string, take: () => void | Promise<void>) => {
    // Later steps build on this one.
    if (!await test.step(name, take)) throw new Error(`${name}: failed`);
  };
  using folder = new Folder();
  const into = (name: string) => {
    const path = `${folder.path}/${name}`;
    Deno.mkdirSync(path);
    return path;
  };
  const [captures, textfiles] = [into("captures"), into("textfiles")];

  using management = new Management();
  using web1 = new Host(management, 1);
  using web2 = new Host(management, 2);
  using web3 = new Host(management, 3);
  const hosts = [web1, web2, web3];

  // Both count the same frames: at XDP into JSON Lines, at tc into CSV.
  const listen = (host: Host) =>
    host.watch("--listen", "0.0.0.0:9435", "-o", `${captures}/`, "eth0");
  const writeCsv = (host: Host) =>
    host.watch("--hook", "tc", "-o", `${captures}/%h.csv`, "eth0");
  await using runs = new AsyncDisposableStack();
  const start = async (how: (host: Host) => Promise<Capture>, host: Host) =>
    runs.use(await how(host));
  const csvRuns: Capture[] = [];
  const listening = new Map<Host, Capture>();
  for (const host of hosts) {
    listening.set(host, await start(listen, host));
    csvRuns.push(await start(writeCsv, host));
  }
  await using _ = web1.nodeExporter(textfiles, `${folder.path}/node.log`);
  await using prometheus = new Prometheus(
    management,
    into("prometheus"),
    hosts,
    [web1],
  );

  /** Frames sent to each host since xdptally last started there. */
  const sent = new Map(hosts.map((host) => [host, 0]));
  const sendQuietly = async (host: Host) => {
    await send(host.stage, "lan0", QUIET, ROUNDS);
    sent.set(host, sent.get(host)! + QUIET.length * ROUNDS);
  };
  const arrived = (host: Host) =>
    prometheus.until(() =>
      prometheus.sum(`${LISTENING.slice(0, -1)},host="${host.name}"}`) ===
        sent.get(host)
    );
  const firing = (alert: string, host: Host) =>
    prometheus.until(() => prometheus.isFiring(alert, host.name));

  await step(
    "Prometheus scrapes every host, and no alert fires",
    async () => {
      await prometheus.until(() => prometheus.sum("up") === hosts.length + 1);
      for (const host of hosts) await sendQuietly(host);
      for (const host of hosts) await arrived(host);
      // More quiet samples than the flood has: the alert compares with the median.
      await prometheus.until(() =>
        prometheus.query(
          "min(count_over_time(host:xdptally_packets:rate1m[1h]))",
        )
          .some(({ value }) => value >= 20)
      );
      assertEquals(
        prometheus.query('ALERTS{alertname=~"Xdptally.*"}'),
        [],
      );
    },
  );

  await step("a flooded host: XdptallySourceFlood, XdptallyFlood", async () => {
    const sendFast = async () => {
      for (const { frames, sources } of [SPOOFED, FLOOD]) {
        await flood(web2.stage, "lan0", frames, sources, "sequence");
      }
    };
    // Checked during the flood: a long flood raises the median and ends the alert.
    await Promise.all([
      sendFast(),
      firing("XdptallySourceFlood", web2),
      firing("XdptallyFlood", web2),
    ]);
    const frames = FLOOD.frames + SPOOFED.frames;
    sent.set(web2, sent.get(web2)! + frames);
    await arrived(web2);
  });

  let killed = NaN;
  await step("a killed host: XdptallyDown, until it is back", async () => {
    killed = prometheus.sum(
      'xdptally_packets_total{job="xdptally",host="web3"}',
    );
    await listening.get(web3)!.end("SIGKILL");
    await firing("XdptallyDown", web3);
    listening.set(web3, await start(listen, web3));
    sent.set(web3, 0);
    await sendQuietly(web3);
    await arrived(web3);
    await prometheus.until(() => !prometheus.isFiring("XdptallyDown", "web3"));
  });

  await step("no other alert fired, and no rule failed", () => {
    const fired = prometheus.query(
      'count by (alertname, host) (last_over_time(ALERTS{alertname=~"Xdptally.*", alertstate="firing"}[1h]))',
    ).map(({ metric }) => `${metric.alertname} ${metric.host}`);
    assertEquals(fired.toSorted(), [
      "XdptallyDown web3",
      "XdptallyFlood web2",
      "XdptallySourceFlood web2",
    ]);
    for (const { rules } of prometheus.get("rules").groups) {
      for (const { name, health, lastError } of rules) {
        assertEquals([name, health, lastError], [name, "ok", undefined]);
      }
    }
  });

  await step("node_exporter serves a capture from cron", async () => {
    const capture = await start(
      (host) =>
        host.watch(
          ...["-i", "100ms", "-o", `${textfiles}/xdptally.prom`, "eth1"],
        ),
      web1,
    );
    await send(web1.stage, "lan1", QUIET);
    const cron = 'xdptally_packets_total{job="node",host="web1"}';
    await prometheus.until(() => prometheus.sum(cron) === QUIET.length);
    assertEquals((await capture.end("SIGINT")).code, 0);
    await prometheus.until(() =>
      prometheus.sum('xdptally_running{job="node",interface="eth1"}') === 0
    );
  });

  await step("Prometheus evaluates every query of the dashboard", () => {
    const end = String(Date.now() / 1000);
    const begin = String(Date.now() / 1000 - 300);
    for (const [title, expr] of queries()) {
      // No host here observes an XDP program: not every kernel allows that.
      if (expr.includes("xdptally_verdict_")) continue;
      const query = withEverything(expr);
      const { result } = prometheus.get("query_range", {
        ...{ query, end, start: begin, step: "1" },
      });
      assert(result.length > 0, `${title}: nothing for ${query}`);
    }
    for (const { definition } of DASHBOARD.templating.list) {
      if (definition === undefined) continue;
      const [, selector, label] = /^label_values\((.*), (\w+)\)$/
        .exec(withEverything(definition))!;
      const values = prometheus.get(`label/${label}/values`, {
        "match[]": selector!,
      });
      assert(values.length > 0, definition);
    }
  });

  const ends = new Map<Host, JsonRecord>();
  await step(
    "Prometheus's counters equal those of the end records",
    async () => {
      for (const run of [...listening.values(), ...csvRuns]) {
        assertEquals((await run.end("SIGINT")).code, 0);
      }
      for (const host of hosts) {
        const records = recordsOf(captures, host, "eth0");
        const record = records.findLast(({ type }) => type === "end");
        assertEquals([record.complete, record.untracked.packets], [true, 0]);
        assertEquals(record.total.packets, sent.get(host));
        ends.set(host, record);
      }
      const last = (metric: string, host: string, labels = "") =>
        prometheus.sum(
          `last_over_time(xdptally_${metric}_total{job="xdptally",host=~"${host}"${labels}}[1h])`,
        );
      for (const unit of ["packets", "bytes"]) {
        for (const [{ name }, record] of ends) {
          const classOf = (className: string) =>
            last(`class_${unit}`, name, `,class="${className}"`);
          const sources = sum(record.sources, (source) => source[unit]);
          assertEquals(
            [
              last(unit, name),
              ...["source", "untracked", "non_ip", "malformed", "filtered"]
                .map(classOf),
            ],
            [
              record.total[unit],
              sources,
              ...["untracked", "nonIp", "malformed", "filtered"]
                .map((kind) => record[kind][unit]),
            ],
          );
        }
        assertEquals(
          last(unit, ".*"),
          sum([...ends.values()], ({ total }) => total[unit]),
        );
      }
      // The ticks that xdptally on web3 wrote before it was killed sum to Prometheus's counter.
      const [{ run }] = recordsOf(captures, web3, "eth0") as [JsonRecord];
      const ticks = recordsOf(captures, web3, "eth0")
        .filter((record) => record.run === run && record.type === "tick");
      assertEquals(sum(ticks, ({ total }) => total.packets), killed);
    },
  );

  await step(
    "ClickHouse, loaded with the hosts' files, agrees with xdptally report",
    async () => {
      await using clickhouse = new ClickHouse(management, into("clickhouse"));
      await clickhouse.until(() => clickhouse.query("SELECT 1").length === 1);
      clickhouse.createTables();
      clickhouse.load(...hosts.map(({ name }) => `${captures}/${name}.csv`));

      const files = filesOf(captures, "eth0");
      assert(files.length >= hosts.length);
      const report = await run(
        ["report", "--top", "0", "--format", "jsonl", ...files],
      );
      const expected = report.stdout.trimEnd().split("\n")
        .map((line): JsonRecord => JSON.parse(line))
        .filter(({ type }) => type === "row")
        .map((
          { source, packets, bytes },
        ) => [source, `${packets}`, `${bytes}`]);
      assert(expected.length > SPOOFED.sources);
      assertEquals(
        clickhouse.query(
          `SELECT source, sum(packets) AS p, sum(bytes) FROM xdptally_top_sources
         WHERE direction = 'in' GROUP BY source ORDER BY p DESC, source LIMIT 10`,
        ),
        expected.slice(0, 10),
      );
      assertEquals(
        clickhouse.query(
          `SELECT source, sum(packets), sum(bytes) FROM xdptally
         WHERE class = 'source' GROUP BY source ORDER BY source`,
        ),
        expected.toSorted(([one], [other]) => one! < other! ? -1 : 1),
      );
      assertEquals(
        clickhouse.query(
          `SELECT DISTINCT hosts FROM xdptally_top_sources WHERE source LIKE '192.0.2.%'`,
        ),
        [["3"]],
      );
      // In the table too, the classes of each window sum to its total.
      assertEquals(
        clickhouse.query(
          `SELECT host, start FROM xdptally GROUP BY host, interface, start, end
         HAVING sum(total_packets) != sum(packets)`,
        ),
        [],
      );
    },
  );
});

/** Paths of an interface's captures, of one host (by default all). */
function filesOf(folder: string, name: string, host = "web."): string[] {
  const pattern = new RegExp(`^${host}-${name}-\\d+\\.jsonl$`);
  return [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => pattern.test(name)).toSorted()
    .map((name) => `${folder}/${name}`);
}

/** The records of a host's captures of an interface. */
function recordsOf(folder: string, host: Host, name: string): JsonRecord[] {
  return filesOf(folder, name, host.name).flatMap((path) =>
    Deno.readTextFileSync(path).split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(line))
  );
}
