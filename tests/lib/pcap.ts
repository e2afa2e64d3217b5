/** Capture files in libpcap's classic format, of Ethernet. @see pcap-savefile(5) */
import type { Bytes } from "./frames.ts";

const MAGIC = 0xa1b2c3d4, FILE_HEADER = 24, RECORD_HEADER = 16;
const LINKTYPE_ETHERNET = 1, LONGEST = 262_144;

/** The frames of a file that tcpdump wrote on a machine like this. */
export function readPcap(path: string): Bytes[] {
  const bytes = Deno.readFileSync(path);
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) !== MAGIC) throw new Error(`no capture: ${path}`);
  const frames: Bytes[] = [];
  for (let at = FILE_HEADER; at + RECORD_HEADER <= bytes.length;) {
    const kept = view.getUint32(at + 8, true);
    const length = view.getUint32(at + 12, true);
    if (kept !== length) throw new Error(`a frame is cut off: ${path}`);
    at += RECORD_HEADER;
    if (at + kept > bytes.length) break; // it is being written
    frames.push(bytes.slice(at, at + kept));
    at += kept;
  }
  return frames;
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
