/**
 * The reading of frames against tshark's: crafted frames of every link, tag and
 * tunnel, and changed ones. Where the two differ on purpose, it says why. This needs
 * a folder, but neither root nor anything built.
 */
import { assert, assertEquals } from "@std/assert";
import type { LinkKind } from "../../src/frame/link_kind.ts";
import type { CraftedFrame } from "../lib/crafted.ts";
import { frameOn, LINK_TYPE_OF } from "../lib/crafted_links.ts";
import { tunnelled, TUNNELS } from "../lib/crafted_tunnels.ts";
import { Folder } from "../lib/folder.ts";
import { Fuzzer } from "../lib/fuzz.ts";
import { generator, type Random } from "../lib/random.ts";
import { readFrame, type Shown, WHOLE } from "../lib/read_frame.ts";
import { compareFrames } from "../lib/tshark_comparison.ts";
import { dissect, type SharkFrame } from "../lib/tshark_frames.ts";

/** L2TPv3 is told by its packet here; tshark has to be told by options. */
const TOLD = Object.keys(TUNNELS).filter((name) => name !== "l2tp");

/** Frames of one kind of link that tshark 4.0 reads as far as they go. */
function someFrames(
  random: Random,
  kind: LinkKind,
  count: number,
  names: readonly string[] = TOLD,
): CraftedFrame[] {
  const frames: CraftedFrame[] = [];
  while (frames.length < count) {
    const depth = names.length === 1 ? 1 : random(3);
    const frame = frameOn(kind, random, tunnelled(random, depth, names));
    if (frame.kind === kind && !isBeyondTshark(frame)) frames.push(frame);
  }
  return frames;
}

/**
 * - ERSPAN III with an IP packet instead of an Ethernet frame is data to it.
 * - In GTP it knows IPv4 headers of up to 14 words: 0x45 to 0x4e.
 * - Linux's number of IPv6, in a loopback header, is not in its list.
 */
function isBeyondTshark({ bytes, name, kind, levels }: CraftedFrame): boolean {
  const hasLongHeader = levels.some(({ at }) => bytes[at] === 0x4f);
  return name.includes("erspan 3 of ip") ||
    name.includes("gtp") && hasLongHeader ||
    kind === "loopback" && (bytes[0] === 10 || bytes[3] === 10);
}

for (const [kind, linkType] of Object.entries(LINK_TYPE_OF)) {
  Deno.test(`frames of every tag and tunnel as in tshark: ${kind}`, () => {
    using folder = new Folder();
    const random = generator(61 + linkType);
    const count = kind === "ethernet" ? 3000 : 500;
    compareFrames(
      someFrames(random, kind as LinkKind, count),
      linkType,
      folder,
    );
  });
}

Deno.test("L2TPv3 is told as tshark reads it when it is told", () => {
  using folder = new Folder();
  const random = generator(62);
  const frames = someFrames(random, "ethernet", 400, ["l2tp"]);
  for (
    const [more, cookie, sublayer] of [
      [0, "None", "None"],
      [4, "4 Byte Cookie", "None"],
      [8, "8 Byte Cookie", "None"],
      [12, "8 Byte Cookie", "Default L2-Specific"],
    ] as const
  ) {
    const those = frames.filter(({ name }) => name.includes(`l2tp, ${more} `));
    assert(those.length > 50);
    compareFrames(
      ...[those, 1, folder, "-d", "l2tp.pw_type==0,eth"] as const,
      ...["-o", `l2tp.cookie_size:${cookie}`] as const,
      ...["-o", `l2tp.l2_specific:${sublayer}`] as const,
    );
  }
});

const TAGS = [0x8100, 0x88a8, 0x9100];

/** Whether a frame may be read in another way than tshark does, and it is. */
function isMeantToDiffer(
  { class: name, fault, etherType }: Shown,
  { protocols, levels: [level] }: SharkFrame,
): boolean {
  // It takes raw packets with a certain second byte for PPP.
  if (protocols.startsWith("raw:ppp")) return true;
  // Netlink's numbers are below all EtherTypes.
  if (protocols.startsWith("sll:netlink")) return true;
  if (level === undefined) {
    // A whole fixed header counts, whatever lengths IP and PPPoE claim.
    return name === "ipv4" && /\bip$/.test(protocols) ||
      protocols.includes("pppoes");
  }
  // The link says IPv4, the header IPv6: tshark believes the header.
  if (name === "malformed") return fault === "version";
  // It reads further tags.
  if (name === "nonIp" && TAGS.includes(etherType as number)) return true;
  // It knows more links, such as MACsec, further labels, and any PPPoE.
  return name === "nonIp" &&
    !/^(?!ppp)\w+(:ethertype|:vlan|:ieee8021ad){0,8}:ip/.test(protocols);
}

Deno.test("changed and random frames: the outermost packet is tshark's, but for what is meant to differ", () => {
  using folder = new Folder();
  const seed = Number(Deno.env.get("SEED") ?? 63);
  for (const [kind, linkType] of Object.entries(LINK_TYPE_OF)) {
    // It looks for EtherTypes in loopback headers, too.
    if (kind === "loopback") continue;
    const random = generator(seed);
    const fuzzer = new Fuzzer(300, kind !== "ethernet");
    const frames = someFrames(random, kind as LinkKind, 800).flatMap(
      ({ bytes }) => {
        for (let changes = random(3); changes >= 0; changes--) {
          bytes[random(Math.min(bytes.length, 120))] = random(256);
        }
        fuzzer.next(random);
        return [bytes, fuzzer.frame.slice()];
      },
    );
    const file = `${folder.path}/changed.pcap`;
    let same = 0;
    for (const [at, shark] of dissect(frames, linkType, file).entries()) {
      const frame = frames[at]!;
      const read = readFrame(frame, WHOLE, kind as LinkKind);
      const isIp = read.class === "ipv4" || read.class === "ipv6";
      const [level] = shark.levels;
      if (!isIp && level === undefined) continue;
      if (isMeantToDiffer(read, shark)) continue;
      const { source, destination, dscp } = read;
      assertEquals(
        { family: read.class, source, destination, dscp },
        level && {
          family: level.family,
          source: level.source,
          destination: level.destination,
          dscp: level.dscp,
        },
        `seed ${seed}, ${kind}: ${shark.protocols}: ${frame.toHex()}`,
      );
      same++;
    }
    assert(same > frames.length / 3, `${kind}: only ${same} were compared`);
  }
});
