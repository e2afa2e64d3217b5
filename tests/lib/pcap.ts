/** Capture files in libpcap's classic format, of Ethernet. @see pcap-savefile(5) */
import { CaptureReader } from "../../src/pcap/capture_reader.ts";
import type { Bytes } from "./frames.ts";

const MAGIC = 0xa1b2c3d4, FILE_HEADER = 24, RECORD_HEADER = 16;
const LINKTYPE_ETHERNET = 1, LONGEST = 262_144;

interface PcapRecord {
  /** The frame, or as much of it as was captured. */
  readonly kept: Bytes;
  readonly length: number;
}

/** The records of a file, which may be written at this moment. */
function recordsOf(path: string): PcapRecord[] {
  const reader = new CaptureReader();
  const { packet } = reader;
  const records: PcapRecord[] = [];
  reader.add(Deno.readFileSync(path));
  while (reader.next()) {
    const kept = packet.bytes.slice(packet.from, packet.to);
    records.push({ kept, length: packet.wireLength });
  }
  if (reader.damage !== undefined) {
    throw new Error(`${path}: ${reader.damage.why}`);
  }
  return records;
}

/** The frames of a file, none of which is cut off. */
export function readPcap(path: string): Bytes[] {
  return recordsOf(path).map(({ kept, length }) => {
    if (kept.length !== length) throw new Error(`a frame is cut off: ${path}`);
    return kept;
  });
}

/** How long the frames of a file were, cut off or not. */
export function pcapLengths(path: string): number[] {
  return recordsOf(path).map(({ length }) => length);
}

/** Writes frames, a microsecond apart. */
export function writePcap(path: string, frames: readonly Bytes[]): void {
  const size = frames.reduce(
    (sum, { length }) => sum + RECORD_HEADER + length,
    FILE_HEADER,
  );
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, LONGEST, true);
  view.setUint32(20, LINKTYPE_ETHERNET, true);
  let at = FILE_HEADER;
  for (const [number, frame] of frames.entries()) {
    view.setUint32(at + 4, number, true);
    view.setUint32(at + 8, frame.length, true);
    view.setUint32(at + 12, frame.length, true);
    bytes.set(frame, at + RECORD_HEADER);
    at += RECORD_HEADER + frame.length;
  }
  Deno.writeFileSync(path, bytes);
}
