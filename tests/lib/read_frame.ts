/** Reads a frame with the product's reader, for tests: values that stay. */
import { type FrameNeeds, FrameReader } from "../../src/frame/frame_reader.ts";
import type { LinkKind } from "../../src/frame/link_kind.ts";
import { ABSENT, type FrameReading } from "../../src/frame/reading.ts";
import { TunnelPorts } from "../../src/frame/tunnel_ports.ts";

/** All of the outermost packet. */
export const WHOLE: FrameNeeds = { packet: true, protocol: true, ports: true };
/** All of the innermost packet. */
export const INNER: FrameNeeds = { ...WHOLE, tunnels: new TunnelPorts() };

/** The class and, by the class, the fields; addresses in hexadecimal. */
export interface Shown {
  readonly class: string;
  readonly [field: string]: unknown;
}

/** A reading as values that do not change with the next frame. */
function shown(reading: FrameReading, needs: FrameNeeds): Shown {
  const { bytes, class: name } = reading;
  const address = (at: number, family: string) =>
    bytes.slice(at, at + (family === "ipv4" ? 4 : 16)).toHex();
  const or = (value: number) => value === ABSENT ? undefined : value;
  const link = {
    class: name,
    mac: reading.mac === ABSENT
      ? undefined
      : bytes.slice(reading.mac, reading.mac + 6).toHex(),
    vlan: or(reading.vlan),
    etherType: or(reading.etherType),
  };
  if (name === "malformed") return { class: name, fault: reading.fault };
  if (name !== "ipv4" && name !== "ipv6") return link;
  return {
    ...link,
    source: address(reading.source, name),
    destination: address(reading.destination, name),
    outer: reading.outerSource === ABSENT
      ? undefined
      : address(reading.outerSource, reading.outerFamily),
    dscp: reading.dscp,
    ...needs.protocol && { protocol: reading.protocol },
    ...needs.ports && {
      sourcePort: or(reading.sourcePort),
      port: or(reading.port),
      tcp: reading.tcp,
    },
  };
}

const readers = new Map<FrameNeeds, FrameReader>();

/** Reads a frame amid bytes of others, as it is in a file. */
export function readFrame(
  frame: Uint8Array,
  needs: FrameNeeds,
  kind: LinkKind = "ethernet",
  { before = 0, fill = 0x45 } = {},
) {
  let reader = readers.get(needs);
  if (reader === undefined) {
    readers.set(needs, reader = new FrameReader(needs));
  }
  const amid = new Uint8Array(before + frame.length + 64).fill(fill);
  amid.set(frame, before);
  const end = before + frame.length;
  return shown(reader.read(amid, before, end, kind), needs);
}
