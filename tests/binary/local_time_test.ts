/** `--local`: every kind of TZ means what date(1) makes of it, or is refused. */
import { assertEquals, assertMatch } from "@std/assert";
import { localZone } from "../../src/process/local_time.ts";
import { Folder } from "../lib/folder.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { run } from "../lib/xdptally.ts";

const KNOWN = [
  undefined,
  "",
  ":",
  "UTC",
  "UTC0",
  "Europe/Berlin",
  ":Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe", // summer time is half an hour
  "Africa/Casablanca",
  "/etc/localtime",
  ":/etc/localtime",
  "/usr/share/zoneinfo/Europe/Berlin",
  ":/usr/share/zoneinfo/Pacific/Auckland",
  "CET-1CEST,M3.5.0,M10.5.0/3",
  "NZST-12NZDT,M9.5.0,M4.1.0/3",
  "<+0530>-5:30",
  "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
  "EST5",
  "EST5EDT",
  "ABC+3:30:15",
  "XYZ4ABC3,J60/0,J300/23:30",
];

const UNKNOWN = [
  "Nowhere/Town",
  "Europe/Nowhere",
  "europe/berlin",
  "BST",
  "+1",
  "CET-1CEST,M13.5.0,M10.5.0",
  "CET-1CEST,nonsense",
  "CET-1CEST", // when summer begins is the system's own choice
  "CET-99",
  "/nowhere",
  "/etc/passwd",
  "/usr/share/zoneinfo",
  "..",
  "\x1b[31m",
];

/** What date(1) prints for each of these seconds since 1970, in a zone. */
function dates(
  zone: string | undefined,
  seconds: readonly number[],
  format: string,
): string[] {
  using folder = new Folder();
  const file = `${folder.path}/times`;
  Deno.writeTextFileSync(
    file,
    seconds.map((second) => `@${second}\n`).join(""),
  );
  const variable = zone === undefined ? ["-u", "TZ"] : [`TZ=${zone}`];
  return sh("env", ...variable, "date", "-f", file, `+${format}`)
    .trimEnd().split("\n");
}

/** Runs an action with TZ set, or unset. */
function withZone<T>(zone: string | undefined, action: () => T): T {
  const before = Deno.env.get("TZ");
  const set = (value: string | undefined) =>
    value === undefined ? Deno.env.delete("TZ") : Deno.env.set("TZ", value);
  set(zone);
  try {
    return action();
  } finally {
    set(before);
  }
}

Deno.test("--local: the offset of every zone is date's, in all seasons and at each change of the clock", () => {
  const DAY = 86_400;
  const from = Date.UTC(2024, 0, 1) / 1000;
  // 41 hours apart: every season, and every hour of the day.
  const seconds = Array.from({ length: 700 }, (_, at) => from + at * 147_600);
  // Each second around the changes of Berlin and New York in 2026.
  for (const change of ["2026-03-29T01:00:00Z", "2026-11-01T06:00:00Z"]) {
    const at = Date.parse(change) / 1000;
    seconds.push(at - 1, at, at - DAY, at + DAY);
  }
  for (const zone of KNOWN) {
    const expected = dates(zone, seconds, "%z");
    withZone(zone, () => {
      const offsetAt = localZone();
      const found = seconds.map((second) => {
        const minutes = Math.trunc(offsetAt(new Date(second * 1000)) / 60_000);
        const size = Math.abs(minutes);
        const digits = Math.floor(size / 60) * 100 + size % 60;
        return (minutes < 0 ? "-" : "+") + String(digits).padStart(4, "0");
      });
      assertEquals(found, expected, `TZ=${zone}`);
    });
  }
});

Deno.test("--local: a file's name has the time of date in that zone", async () => {
  using stage = vethStage();
  for (const zone of KNOWN) {
    using folder = new Folder();
    Deno.chmodSync(folder.path, 0o777);
    const variable = zone === undefined ? ["-u", "TZ"] : [`TZ=${zone}`];
    const { code, stderr } = await run(
      [
        ...["-c", "1", "-i", "100ms", "--local"],
        ...["-o", `${folder.path}/%s_%Y-%m-%dT%H:%M:%S.jsonl`, "vb"],
      ],
      { in: stage.name, through: ["env", ...variable] },
    );
    assertEquals(code, 0, stderr);
    const names = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
    for (const name of names) {
      const [second, time] = name.replace(".jsonl", "").split("_");
      assertEquals(
        [time],
        dates(zone, [Number(second)], "%Y-%m-%dT%H:%M:%S"),
        `TZ=${zone}`,
      );
    }
  }
});

Deno.test("--local: a zone that does not exist is refused, by a run and by check, and without --local it does not matter", async () => {
  for (const zone of UNKNOWN) {
    for (const command of [[], ["check"]]) {
      const { code, stdout, stderr } = await run(
        [...command, "--local", "-o", "x-%H.jsonl", "lo"],
        { env: { TZ: zone } },
      );
      assertEquals([code, stdout], [2, ""], `TZ=${zone}: ${stderr}`);
      assertMatch(stderr, /^xdptally: Cannot use --local: TZ is "[^\n]+\n$/);
    }
  }
  const [plain, utc] = await Promise.all(
    ["Nowhere/Town", "UTC"].map((zone) =>
      run(["check", "-o", "x-%H.jsonl", "lo"], { env: { TZ: zone } })
    ),
  );
  assertEquals(plain, utc);
});
