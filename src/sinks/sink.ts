/** What a sink is: where records go, and how the command line asks for it. */
import type { Logger } from "@std/log/logger";
import type { OptionTable, Values } from "../cli/option.ts";
import type { RecordShape } from "../formats/format.ts";
import type { StopRequest } from "../process/stop_request.ts";
import type { User } from "../process/user.ts";
import type { RunRecord } from "../tally/records.ts";

/** Where the records of a run come from; known before there are any. */
export interface RecordOrigin {
  readonly host: string;
  readonly interface: string;
}

/** Where the records of a session go. Methods are called in the order below. */
export interface Sink {
  /**
   * Gets ready to write the records of an interface, before anything is attached.
   *
   * @throws {Failure} exit code 7
   */
  prepare?(origin: RecordOrigin): Promise<void> | void;

  /**
   * Fails where `prepare` would, but leaves nothing behind; without it, `prepare`
   * leaves nothing behind once the sink is disposed of. For `check`.
   *
   * @throws {Failure} exit code 7
   */
  rehearse?(origin: RecordOrigin): void;

  /**
   * Whether a process that becomes `user` can go on writing; logs what will be
   * different. Called once the interfaces are attached.
   */
  canGoOnAs?(user: User): boolean;

  /**
   * Begins to serve, once rights are given up.
   *
   * @throws {Failure}
   */
  open?(): void;

  /** Accepts a record, which is valid until this returns. */
  write(record: RunRecord): void;

  /**
   * Writes what came since the last call. Trouble that may pass is logged, and
   * the next call tries again.
   *
   * @param timeLeft milliseconds until the session ends by its schedule
   * @throws {ReaderGone} the reader of a stream has closed it
   * @throws {Failure} exit code 7: it cannot be written
   */
  flush?(timeLeft: number): Promise<void> | void;

  /**
   * Ends the output.
   *
   * @throws {Failure} exit code 7, with how much was not written
   */
  close?(): Promise<void> | void;

  /** Releases what it holds; also called after a failure. */
  [Symbol.dispose]?(): void;
}

/** What a sink gets to work with. */
export interface SinkContext {
  readonly log: Logger;
  readonly stop: StopRequest;
  readonly host: string;
  readonly interfaces: readonly string[];
  readonly maxSources: number;
  /** What the rows of records stand for. */
  readonly keying: RecordShape;
  /** The user that the run becomes; undefined: it stays what it is. */
  readonly user: User | undefined;
}

/** A sink that the command line asks for, not yet created. */
export interface SinkPlan {
  /** Rows of a tick unless `--top` says otherwise; 0: all; undefined: any number. */
  readonly defaultTop?: number;
  /** Its rows are for people, if stdout is a terminal. */
  readonly isForPeople?: boolean;
  /** Nothing asks for it: a sink that is enough alone takes its place. */
  readonly isDefault?: boolean;
  /** Whoever asks for it need not want records as well. */
  readonly isEnough?: boolean;
  /** It writes metrics, in which `--labels` sources have a series of their own. */
  readonly hasMetrics: boolean;
  /** It writes files: without a terminal, SIGHUP means that they were rotated. */
  readonly writesFiles?: boolean;
  /** Where it writes to, for `check`. */
  readonly place?: string;
  create(context: SinkContext): Sink;
}

/** A plan with the name of its kind in all.ts. */
export interface NamedPlan extends SinkPlan {
  readonly name: string;
}

/** A kind of sink, with its options of the command line. */
export interface SinkKind<Table extends OptionTable> {
  readonly options: Table;
  /**
   * @returns undefined: the command line does not ask for this sink
   * @throws {Failure} exit code 2
   */
  plan(values: Values<Table>): SinkPlan | undefined;
}
