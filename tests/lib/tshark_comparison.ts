/** Holds readings of frames against tshark's. */
import { assert, assertEquals } from "@std/assert";
import type { FrameNeeds } from "../../src/frame/frame_reader.ts";
import type { LinkKind } from "../../src/frame/link_kind.ts";
import type { Folder } from "./folder.ts";
import { INNER, readFrame, type Shown, WHOLE } from "./read_frame.ts";
import { dissect, type SharkFrame, type SharkLevel } from "./tshark_frames.ts";

/** A frame that both can read as far as it goes. */
interface ComparedFrame {
  readonly bytes: Uint8Array;
  readonly kind: LinkKind;
  readonly name: string;
}

/** Holds a reading against the same packet in tshark's. */
function assertLevel(read: Shown, level: SharkLevel, message: string): void {
  const flags = level.tcpFlags;
  const tcp = flags === undefined
    ? undefined
    : flags & 4
    ? "rst"
    : flags & 2
    ? flags & 16 ? "synack" : "syn"
    : flags & 1
    ? "fin"
    : "other";
  const { source, destination, dscp, sourcePort, port } = read;
  assertEquals(
    { class: read.class, source, destination, dscp, sourcePort, port },
    {
      class: level.family,
      source: level.source,
      destination: level.destination,
      dscp: level.dscp,
      sourcePort: level.ports?.[0],
      port: level.ports?.[1],
    },
    message,
  );
  assertEquals(read.tcp, tcp, message);
}

function assertLink(
  read: Shown,
  frame: SharkFrame,
  kind: LinkKind,
  message: string,
): void {
  // It also shows the addresses of other hardware in cooked headers.
  if (!kind.startsWith("cooked") || read.mac !== undefined) {
    assertEquals(read.mac, frame.mac, message);
  }
  const isTagged = frame.vlans.length > 0;
  assertEquals(read.vlan !== undefined, isTagged, message);
  if (isTagged) assert(frame.vlans.includes(read.vlan as number), message);
}

/**
 * Holds the outermost and the innermost packet of frames against tshark.
 *
 * @param args more options of tshark
 */
export function compareFrames(
  frames: readonly ComparedFrame[],
  linkType: number,
  folder: Folder,
  ...args: readonly string[]
): void {
  const file = `${folder.path}/frames.pcap`;
  const all = frames.map(({ bytes }) => bytes);
  for (
    const [at, shark] of dissect(all, linkType, file, ...args).entries()
  ) {
    const { bytes, kind, name } = frames[at]!;
    const message = `${name}: ${shark.protocols}: ${bytes.toHex()}`;
    const reading = (needs: FrameNeeds) => readFrame(bytes, needs, kind);
    const outer = reading(WHOLE), inner = reading(INNER);
    const [first] = shark.levels;
    if (first === undefined) {
      // With libpcap 1.10 on Linux 6.18 a cooked packet may begin within a tag.
      const isBad = /:ip$/.test(shark.protocols);
      assertEquals(outer.class, isBad ? "malformed" : "nonIp", message);
      assertEquals(inner.class, outer.class, message);
      continue;
    }
    assertLink(outer, shark, kind, message);
    assertLevel(outer, first, message);
    if (/vxlan:.*:arp$/.test(shark.protocols)) {
      assertEquals(inner.class, "undecoded", message);
      continue;
    }
    assertLevel(inner, shark.levels.at(-1)!, message);
    assertEquals(
      inner.outer,
      shark.levels.length > 1 ? first.source : undefined,
      message,
    );
  }
}
