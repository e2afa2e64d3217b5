/** Interfaces as xdptally reads them, by netlink and by ioctls, and as `ip` does. */
import { assert, assertEquals } from "@std/assert";
import { underSeccomp } from "../lib/launch.ts";
import { Namespace } from "../lib/stage.ts";
import type { JsonRecord } from "../lib/xdptally.ts";

const script = (name: string) =>
  new URL(`../lib/${name}`, import.meta.url).pathname.replaceAll("%20", " ");

const DENO = [
  Deno.execPath(),
  "run",
  "--quiet",
  "--no-check",
  "--allow-all",
  ...Deno.args, // the import map, if there is one
];
const WITHOUT_NETLINK = underSeccomp("socket(16)=EAFNOSUPPORT");

/** What tests/lib/interfaces.ts prints in a namespace. */
function read(
  stage: Namespace,
  asked: readonly string[],
  through: readonly string[] = [],
): { all: JsonRecord[]; found: (number | null)[] } {
  const child = [...DENO, script("interfaces.ts"), ...asked];
  return JSON.parse(stage.run(...through, ...child));
}

/** Adds one of each kind of interface that this kernel has. */
function addKinds(stage: Namespace): void {
  stage.veth("va", "vb");
  const kinds = [
    ...["bond", "bridge", "dummy", "geneve", "gre", "gretap", "ifb", "ip6tnl"],
    ...["ipip", "sit", "team", "vxlan", "wireguard"],
  ].map((kind) => ["link", "add", `${kind}-x`, "type", kind]);
  const stacked = ["ipvlan", "macvlan", "vlan"]
    .map((kind) => ["link", "add", "link", "va", `${kind}-x`, "type", kind]);
  const tuns = ["tap", "tun"].map((
    mode,
  ) => ["tuntap", "add", mode, "mode", mode]);
  const OPTIONS: Record<string, string[]> = {
    vlan: ["id", "7"],
    vxlan: ["id", "7", "dstport", "4789"],
    geneve: ["id", "7", "remote", "192.0.2.1"],
  };
  for (const add of [...kinds, ...stacked, ...tuns]) {
    try {
      stage.ip(...add, ...OPTIONS[add.at(-1)!] ?? []);
    } catch {
      // This kernel lacks the kind.
    }
  }
}

Deno.test("all kinds: netlink, ioctls and ip agree on everything", () => {
  using stage = new Namespace();
  addKinds(stage);
  const { all } = read(stage, []);
  const links: JsonRecord[] = JSON.parse(stage.ip("-d", "-j", "link", "show"));
  assertEquals(
    all.map((
      { name, index, mtu, kind, isUp },
    ) => [name, index, mtu, kind, isUp]),
    links.map(({ ifname, ifindex, mtu, flags, linkinfo }) => [
      ifname,
      ifindex,
      mtu,
      linkinfo?.info_kind ?? "",
      flags.includes("UP"),
    ]),
  );
  const kinds = new Set(all.map(({ kind }) => kind));
  for (const kind of ["", "veth", "bridge", "tun"]) assert(kinds.has(kind));

  // Ioctls have 16 bits for the flags, and do not tell all kinds.
  const TELLING = ["bond", "bridge", "tun", "veth", "vlan", "vxlan"];
  const byIoctl = read(stage, [], WITHOUT_NETLINK).all
    .toSorted((a, b) => a.index - b.index);
  assertEquals(
    byIoctl,
    all.map((each, at) => ({
      ...each,
      flags: each.flags & 0xffff,
      kind: byIoctl[at]!.kind === "" && !TELLING.includes(each.kind)
        ? ""
        : each.kind,
    })),
  );
});

Deno.test("more interfaces than an answer has room for: each is listed, and found by name, by other names and by index", () => {
  using stage = new Namespace();
  const PAIRS = 200;
  const adds = Array.from(
    { length: PAIRS },
    (_, pair) => `link add va${pair} type veth peer name vb${pair}`,
  );
  stage.run("sh", "-c", `echo "${adds.join("\n")}" | ip -batch -`);
  // Their message is longer than a datagram of a dump usually is.
  for (let name = 0; name < 300; name++) {
    const long = String(name).padStart(127, "n");
    stage.ip("link", "property", "add", "dev", "va7", "altname", long);
  }
  const last = "299".padStart(127, "n");
  const index = stage.index("va7");
  const names = ["va7", last, String(index), `${last}n`, "va", "999999999", ""];
  const { all, found } = read(stage, names);
  assertEquals(found, [index, index, index, null, null, null, null]);
  assertEquals(
    new Set(all.map(({ index }) => index)).size,
    2 * PAIRS + 1,
  );
  assertEquals(all.length, 2 * PAIRS + 1);
});
