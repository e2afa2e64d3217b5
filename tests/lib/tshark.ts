/** tshark as an independent witness: what it finds in a capture file. */
import { sh } from "./stage.ts";

export interface Endpoint {
  readonly ip: string;
  readonly packets: number;
  readonly bytes: number;
}

/**
 * Packets and bytes by source of the outermost IP header, ordered by address.
 * (`-z endpoints,ipv6` would be shorter, but leaves fragments out.)
 */
export function senders(file: string): Endpoint[] {
  const text = sh(
    ...["tshark", "-n", "-r", file, "-T", "fields", "-E", "occurrence=f"],
    ...["-e", "frame.len", "-e", "ip.src", "-e", "ipv6.src"],
  );
  const found = new Map<string, Endpoint>();
  for (const line of text.split("\n")) {
    const [length, ipv4, ipv6] = line.split("\t");
    const ip = ipv4 || ipv6;
    if (!ip) continue;
    const { packets, bytes } = found.get(ip) ?? { packets: 0, bytes: 0 };
    found.set(ip, { ip, packets: packets + 1, bytes: bytes + Number(length) });
  }
  return [...found.values()].sort(byAddress);
}

export function byAddress(a: Endpoint, b: Endpoint): number {
  return a.ip < b.ip ? -1 : 1;
}

/** How many frames of a file match each display filter. */
export function matches(file: string, filters: readonly string[]): number[] {
  const text = sh(
    ...["tshark", "-n", "-r", file, "-q"],
    ...["-z", `io,stat,0,${filters.join(",")}`],
  );
  const row = /^\|.*<>[^|]*\|(.*)\|$/m.exec(text)?.[1] ?? "";
  // The columns alternate between frames and bytes.
  return row.split("|").map(Number).filter((_, at) => at % 2 === 0);
}

/** A packet as tshark reads it from a capture file. */
export interface SharkPacket {
  /** Seconds with nine decimals. */
  readonly time: string;
  readonly length: number;
  readonly kept: number;
  /** MD5 of the captured bytes. */
  readonly digest: string;
  /** Of its interface, in pcapng. */
  readonly name: string | undefined;
}

/** Every packet of a capture file. */
export function packetsOf(file: string): SharkPacket[] {
  const fields = ["time_epoch", "len", "cap_len", "md5_hash", "interface_name"];
  const text = sh(
    ...["tshark", "-n", "-r", file, "-o", "frame.generate_md5_hash:TRUE"],
    ...["-T", "fields", ...fields.flatMap((field) => ["-e", `frame.${field}`])],
  );
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const [time, length, kept, digest, name] = line.split("\t");
    return {
      time: time!,
      length: Number(length),
      kept: Number(kept),
      digest: digest!,
      name: name === "unknown" ? undefined : name || undefined,
    };
  });
}
