/** tshark as an independent witness of what is in a frame, layer by layer. */
import { parseAddress } from "../../src/basics/address.ts";
import { pcapParts } from "./capture_bytes.ts";
import { bytes } from "./frames.ts";
import { sh } from "./stage.ts";

/** An IP packet in a frame. */
export interface SharkLevel {
  readonly family: "ipv4" | "ipv6";
  readonly source: string;
  readonly destination: string;
  readonly dscp: number;
  ports?: readonly [source: number, destination: number];
  tcpFlags?: number;
}

/** A frame, with its IP packets, the outermost first. */
export interface SharkFrame {
  readonly protocols: string;
  readonly mac: string | undefined;
  /** What the first tag's identifier may be: tshark gives two tags together. */
  readonly vlans: readonly number[];
  readonly levels: readonly SharkLevel[];
}

const FIELDS = [
  ...["frame.protocols", "eth.src", "sll.src.eth"],
  ...["vlan.id", "ieee8021ad.id", "ieee8021ad.svid"],
  ...["ip.src", "ip.dst", "ip.dsfield.dscp"],
  ...["ipv6.src", "ipv6.dst", "ipv6.tclass.dscp"],
  ...["tcp.srcport", "tcp.dstport", "tcp.flags"],
  ...["udp.srcport", "udp.dstport", "sctp.srcport", "sctp.dstport"],
  ...["dccp.srcport", "dccp.dstport"],
] as const;

/** Protocols of tshark with the prefixes of their fields. */
const TRANSPORTS: Readonly<Record<string, string>> = {
  tcp: "tcp",
  udp: "udp",
  udplite: "udp",
  sctp: "sctp",
  dccp: "dccp",
};

/**
 * What tshark finds in frames.
 *
 * @param linkType LINKTYPE_* of all of them
 * @param file is written for it
 * @param args more options of tshark
 */
export function dissect(
  frames: readonly Uint8Array[],
  linkType: number,
  file: string,
  ...args: readonly string[]
): SharkFrame[] {
  const packets = frames.map((data) => ({
    data,
    wireLength: data.length,
    seconds: 0,
    nanoseconds: 0,
  }));
  const parts = pcapParts(packets, { link: linkType });
  Deno.writeFileSync(file, bytes(...parts));
  const text = sh(
    ...["tshark", "-n", "-r", file, "-T", "fields"],
    // Each frame alone: nothing is put together from several.
    ...["-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"],
    ...args,
    ...FIELDS.flatMap((field) => ["-e", field]),
  );
  return text.split("\n").slice(0, frames.length).map(frameOf);
}

function frameOf(line: string): SharkFrame {
  const values = line.split("\t");
  const fields = new Map(
    FIELDS.map((field, at) => [
      field as string,
      (values[at] || "").split(",").filter((value) => value !== ""),
    ]),
  );
  const take = (field: string) => fields.get(field)!.shift();
  const address = (text: string) => parseAddress(text)!.toHex();
  const protocols = values[0]!;
  const levels: SharkLevel[] = [];
  let tag: string | undefined;
  for (const protocol of protocols.split(":")) {
    const transport = TRANSPORTS[protocol];
    const current = levels.at(-1);
    if (protocol.startsWith("icmp")) break; // the packet that an error is about
    if (protocol === "ip" || protocol === "ipv6") {
      const isIpv4 = protocol === "ip";
      const source = take(`${protocol}.src`);
      const destination = take(`${protocol}.dst`);
      // It names a header that it cannot read, and a source before a cut.
      if (source === undefined || destination === undefined) continue;
      levels.push({
        family: isIpv4 ? "ipv4" : "ipv6",
        source: address(source),
        destination: address(destination),
        dscp: Number(
          take(isIpv4 ? "ip.dsfield.dscp" : "ipv6.tclass.dscp"),
        ),
      });
    } else if (protocol === "vlan" || protocol === "ieee8021ad") {
      if (current === undefined) tag ??= protocol;
    } else if (transport !== undefined && current !== undefined) {
      const source = take(`${transport}.srcport`);
      if (source === undefined) continue;
      current.ports = [Number(source), Number(take(`${transport}.dstport`))];
      if (transport === "tcp") {
        const flags = take("tcp.flags");
        if (flags !== undefined) current.tcpFlags = Number(flags);
      }
    }
  }
  const tagFields = tag === "vlan"
    ? ["vlan.id"]
    : tag === "ieee8021ad"
    ? ["ieee8021ad.id", "ieee8021ad.svid"]
    : [];
  const vlans = tagFields.map(take).filter((id) => id !== undefined)
    .map(Number);
  const isOuter = /^(eth|sll)\b/.test(protocols);
  const mac = isOuter ? take("sll.src.eth") ?? take("eth.src") : undefined;
  return { protocols, mac: mac?.replaceAll(":", ""), vlans, levels };
}
