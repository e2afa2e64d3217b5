/** What records go to: a sink, and how the command line asks for one. */
import type { Logger } from "@std/log/logger";
import type { OptionTable, Values } from "../cli/option.ts";
import type { StopRequest } from "../process/stop_request.ts";
import type { User } from "../process/user.ts";
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";

/** Where the records of an interface come from, before there are any. */
export interface RecordOrigin {
  readonly host: string;
  readonly interface: string;
}

/** Where the records of a run go. What a sink does not need, it leaves out. */
export interface Sink {
  /**
   * Tries what the records of an interface would be written to, before anything
   * is attached.
   *
   * @throws {Failure} exit code 7
   */
  prepare?(origin: RecordOrigin): Promise<void> | void;

  /**
   * Begins to serve, once the interfaces are attached and rights are given up.
   *
   * @throws {Failure}
   */
  open?(): void;

  start(record: StartRecord): void;
  /** The record is good until this returns. */
  tick(record: TickRecord): void;
  end(record: EndRecord): void;

  /**
   * Writes what came since the last call. Trouble that may pass is logged, and
   * the next call tries again.
   *
   * @param timeLeft milliseconds until the run ends
   * @throws {ReaderGone} nobody reads the stream any more
   * @throws {Failure} exit code 7: it cannot be written
   */
  flush?(timeLeft: number): Promise<void> | void;

  /**
   * The end of the run.
   *
   * @throws {Failure} exit code 7, with how much was not written
   */
  close?(): void;

  /**
   * Whether a process that becomes `user` can go on writing; it logs what will
   * be different. Asked after `start`.
   */
  canGoOnAs?(user: User): boolean;

  /** Gives back what it holds, also after a failure. */
  [Symbol.dispose]?(): void;
}

/** What a sink gets to work with. */
export interface SinkContext {
  readonly log: Logger;
  readonly stop: StopRequest;
  readonly host: string;
  readonly interfaces: readonly string[];
  readonly maxSources: number;
}

/** A sink that the command line asks for, not yet opened. */
export interface SinkPlan {
  /** Rows of a tick unless `--top` says otherwise; undefined: any will do. */
  readonly defaultTop?: number;
  /** It writes metrics, where some sources have a series of their own. */
  readonly hasMetrics: boolean;
  /** Without a terminal, SIGHUP does not end the run: files were rotated. */
  readonly isDaemons?: boolean;
  create(context: SinkContext): Sink;
}

/** A kind of sink, with its options of the command line. */
export interface SinkKind<Table extends OptionTable> {
  readonly options: Table;
  /**
   * @returns undefined: the command line does not ask for it
   * @throws {Failure} exit code 2
   */
  plan(values: Values<Table>): SinkPlan | undefined;
}
