/**
 * Replaces @std/log, which no npm package carries: the same names and behaviour
 * for what src/process/log.ts uses, nothing else.
 */

const LEVELS = { DEBUG: 10, INFO: 20, WARN: 30, ERROR: 40 } as const;

type LevelName = keyof typeof LEVELS;

export interface LogRecord {
  readonly msg: string;
  readonly level: number;
  readonly levelName: string;
}

export abstract class BaseHandler {
  readonly #level: number;
  readonly #formatter: (record: LogRecord) => string;

  constructor(
    levelName: LevelName,
    options: { formatter: (record: LogRecord) => string },
  ) {
    this.#level = LEVELS[levelName];
    this.#formatter = options.formatter;
  }

  handle(record: LogRecord): void {
    if (record.level >= this.#level) this.log(this.#formatter(record));
  }

  abstract log(msg: string): void;
}

export class Logger {
  readonly #level: number;
  readonly #handlers: BaseHandler[];

  constructor(
    _loggerName: string,
    levelName: LevelName,
    options: { handlers: BaseHandler[] },
  ) {
    this.#level = LEVELS[levelName];
    this.#handlers = options.handlers;
  }

  #log(levelName: LevelName, msg: string): string {
    const level = LEVELS[levelName];
    if (level >= this.#level) {
      for (const handler of this.#handlers) {
        handler.handle({ msg, level, levelName });
      }
    }
    return msg;
  }

  debug(msg: string): string {
    return this.#log("DEBUG", msg);
  }
  info(msg: string): string {
    return this.#log("INFO", msg);
  }
  warn(msg: string): string {
    return this.#log("WARN", msg);
  }
  error(msg: string): string {
    return this.#log("ERROR", msg);
  }
}
