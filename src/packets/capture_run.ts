/** A run over the packets of captures: packets go in, records come out. */
import { tunnelPortsText } from "../basics/tunnels.ts";
import { VERSION } from "../basics/version.ts";
import type {
  EndReason,
  EndRecord,
  Origin,
  StartRecord,
  TickRecord,
} from "../tally/records.ts";
import type { Moment } from "../tally/moment.ts";
import { type RecordRows, Run } from "../tally/run.ts";
import { PacketCounter, type PacketCounting } from "./packet_counter.ts";
import {
  compareTimes,
  EPOCH,
  LONG_AGO,
  momentOf,
  type PacketTime,
  windowAt,
} from "./packet_time.ts";
import type { ReadablePackets } from "./readable_packets.ts";

/** How packets are counted, and what the records show. */
export interface CaptureCounting extends PacketCounting {
  readonly rows: RecordRows;
  /** Milliseconds of a window; undefined: there is one, with all packets. */
  readonly interval: number | undefined;
}

/** Packets of one moment count as packets of this time, ms: a record has a length. */
const SHORTEST = 1;

/** Most files have fewer sources: room for all would cost more than reading them. */
const FIRST_ROWS = 1024;

/**
 * Divides packets into windows by their times, from the first packet on. A window
 * without a packet has no tick. What is earlier than its window, or has no time,
 * counts in the current one. With one window alone there is an end record alone.
 *
 * @example
 * const run = new CaptureRun(origin, counting);
 * for (const part of parts) {
 *   packets.reader.add(part);
 *   for (const record of run.take(packets)) sink.write(record);
 * }
 * for (const record of run.end("end of file")) sink.write(record);
 */
export class CaptureRun {
  readonly #origin: Origin;
  readonly #counting: CaptureCounting;
  readonly #counter: PacketCounter;
  #run: Run | undefined;
  #linkType = "";
  #isComplete = true;
  /** Times of the first and the latest packet; LONG_AGO: there is none with a time. */
  #first = LONG_AGO;
  #latest = { ...LONG_AGO };
  /** Packets that were counted in a later window than their own. */
  late = 0;
  /** The current window. */
  #start = LONG_AGO;
  #end = LONG_AGO;

  constructor(origin: Origin, counting: CaptureCounting) {
    const { inner } = counting.keying;
    this.#origin = { ...origin, inner: inner && tunnelPortsText(inner) };
    this.#counting = counting;
    this.#counter = new PacketCounter(counting);
  }

  /** Whether some sources have no row: their packets are untracked. */
  get isFull(): boolean {
    return this.#run?.isFull ?? false;
  }

  /** Call when packets are missing: the end record says so. */
  markIncomplete(): void {
    this.#isComplete = false;
  }

  /**
   * Counts all packets that there are without another part. A record is valid until
   * the next one is asked for.
   */
  *take(packets: ReadablePackets): Generator<StartRecord | TickRecord> {
    const { interval } = this.#counting;
    if (interval === undefined) this.#takeAll(packets);
    else {
      while (this.#takeWindow(packets)) {
        if (this.#run === undefined) {
          this.#first = timeOf(packets);
          yield this.#begin(packets.linkType);
        } else yield* this.#close(momentOf(this.#end));
        const { start, end } = windowAt(packets.packet, this.#first, interval);
        this.#start = start;
        this.#end = end;
        this.#count(packets);
      }
    }
    if (packets.count > 0) this.#linkType = packets.linkType;
  }

  #takeAll(packets: ReadablePackets): void {
    while (packets.next()) {
      if (packets.isTimed) {
        const isFirst = this.#first === LONG_AGO ||
          compareTimes(packets.packet, this.#first) < 0;
        if (isFirst) this.#first = timeOf(packets);
      }
      this.#count(packets);
    }
  }

  /** Counts the packets of a window. @returns whether one is behind it, which is not counted yet */
  #takeWindow(packets: ReadablePackets): boolean {
    while (packets.next()) {
      const isBehind = packets.isTimed &&
        compareTimes(packets.packet, this.#end) >= 0;
      if (isBehind) return true;
      const isLate = packets.isTimed &&
        compareTimes(packets.packet, this.#start) < 0;
      if (isLate) this.late++;
      this.#count(packets);
    }
    return false;
  }

  #count({ packet, isTimed, to, length, kind }: ReadablePackets): void {
    if (isTimed) {
      const latest = this.#latest;
      if (compareTimes(packet, latest) > 0) {
        latest.seconds = packet.seconds;
        latest.nanoseconds = packet.nanoseconds;
      }
    }
    this.#counter.count(packet.bytes, packet.from, to, length, kind);
  }

  /** Begins the run at its first packet. */
  #begin(linkType: string): StartRecord {
    const { filter, interval = 0, rows, keying, maxSources } = this.#counting;
    const start = momentOf(this.#first);
    const firstRows = Math.min(maxSources, FIRST_ROWS);
    const options = { ...rows, keying, maxSources, firstRows };
    this.#run = new Run(this.#origin, options, start);
    return {
      type: "start",
      ...this.#origin,
      ifindex: 0,
      mode: "file",
      modeReason: linkType,
      filter: filter?.text,
      version: VERSION,
      start: new Date(start.wall),
      interval: interval / 1000,
    };
  }

  /** Closes the current window, if there is anything in it. */
  *#close(end: Moment): Generator<TickRecord> {
    const counter = this.#counter;
    if (!counter.hasPackets) return;
    const start = momentOf(this.#start);
    yield this.#run!.close(counter.sources, counter.books(), { start, end });
    counter.clear();
  }

  /** The last tick and the end record; none if there was no packet. */
  *end(reason: EndReason): Generator<StartRecord | TickRecord | EndRecord> {
    if (this.#run === undefined) {
      if (!this.#counter.hasPackets) return;
      if (this.#first === LONG_AGO) this.#first = this.#latest = { ...EPOCH };
      this.#start = this.#first;
      const start = this.#begin(this.#linkType);
      if (this.#counting.interval !== undefined) yield start;
    }
    const least = momentOf(this.#start).wall + SHORTEST;
    const wall = Math.max(momentOf(this.#latest).wall, least);
    const end = { boot: wall, wall };
    const ticks = this.#close(end);
    if (this.#counting.interval === undefined) { for (const _ of ticks); }
    else yield* ticks;
    const run = this.#run!;
    if (!this.#isComplete) run.markIncomplete();
    yield run.end(reason, end);
  }
}

function timeOf({ packet }: ReadablePackets): PacketTime {
  const { seconds, nanoseconds } = packet;
  return { seconds, nanoseconds };
}
