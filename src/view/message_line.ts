/** The message in the footer: it goes with the next key, or after some seconds. */

/** A message, as the footer shows it. */
export interface Message {
  readonly text: string;
  readonly isError: boolean;
}

/** Seconds for which a message stays. */
const STAY = 10;

/** Shows one message at a time. */
export class MessageLine {
  #message: Message | undefined;
  #left = 0;

  get message(): Message | undefined {
    return this.#message;
  }

  show(message: Message): void {
    this.#message = message;
    this.#left = STAY;
  }

  clear(): void {
    this.#message = undefined;
  }

  /** Call when so many seconds have passed. */
  age(seconds: number): void {
    this.#left -= seconds;
    if (this.#left <= 0) this.clear();
  }
}
