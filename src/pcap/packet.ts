/** A packet of a capture file, and the interface that it was captured on. */

/** An interface of a capture file; in pcap the file's only one. */
export interface CapturedInterface {
  /** From 0, in the order of the file, through all its sections. */
  readonly index: number;
  /** What the file calls it; it may be any text. */
  readonly name: string | undefined;
  /** LINKTYPE_*: see link_types.ts. */
  readonly linkType: number;
  /** Bytes of a checksum behind each frame; the lengths include them. */
  readonly checksumBytes: number;
}

const NO_INTERFACE: CapturedInterface = {
  index: 0,
  name: undefined,
  linkType: 0,
  checksumBytes: 0,
};

/**
 * A packet. One object stands for all packets of a file, one after the other, so
 * that a packet costs no memory.
 */
export class CapturedPacket {
  /** Has the captured bytes between `from` and `to`. */
  bytes = new Uint8Array(0);
  from = 0;
  to = 0;
  /** Bytes that the packet had on the wire. */
  wireLength = 0;
  /** Whether the file says when the packet was captured. */
  isTimed = false;
  /** Whole seconds since 1970; a damaged file may have any number here. */
  seconds = 0;
  /** Nanoseconds since those seconds: 0 to 999,999,999. */
  nanoseconds = 0;
  interface: CapturedInterface = NO_INTERFACE;
}
