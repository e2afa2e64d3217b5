/** Asks DNS for the names of the addresses on the screen of `top`. */
import { reasonOf } from "../../basics/reason.ts";
import { questionFor, type ReverseNames } from "../../names/reverse_names.ts";

/** Milliseconds between rounds of questions: at most twenty a second are asked. */
const ROUND = 200;
/** Milliseconds after which an answer is no longer waited for. */
const PATIENCE = 3000;

/** What the asker gets to work with. */
interface AskerContext {
  /** The addresses that are on the screen. */
  wanted(): readonly string[];
  /** Called when there is a new name. */
  onName(): void;
  /** Shows a message. */
  say(text: string, isError: boolean): void;
}

/**
 * Asks the servers of /etc/resolv.conf, while it is on: few questions at a time, and
 * only for what is on the screen. It waits for no answer.
 */
export class NameAsker implements Disposable {
  readonly #names: ReverseNames;
  readonly #context: AskerContext;
  readonly #open = new Set<AbortController>();
  #timer: number | undefined;
  #hasTold = false;

  /** @param names gets the answers */
  constructor(names: ReverseNames, context: AskerContext) {
    this.#names = names;
    this.#context = context;
  }

  /** Begins to ask, or stops. What is known stays known. */
  setOn(isOn: boolean): void {
    clearInterval(this.#timer);
    this.#timer = isOn ? setInterval(() => this.#ask(), ROUND) : undefined;
    this.#hasTold = false;
    if (!isOn) return;
    this.#context.say(
      "Asking DNS for the names of these addresses; the questions may go through this interface. n stops it",
      false,
    );
    this.#ask();
  }

  #ask(): void {
    const wanted = this.#context.wanted();
    for (const address of this.#names.next(wanted, performance.now())) {
      void this.#askFor(address);
    }
  }

  async #askFor(address: string): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const timer = setTimeout(() => controller.abort(), PATIENCE);
    this.#open.add(controller);
    let name: string | undefined;
    try {
      [name] = await Deno.resolveDns(questionFor(address), "PTR", { signal });
    } catch (error) {
      const isUnknown = error instanceof Deno.errors.NotFound || signal.aborted;
      if (!isUnknown) this.#tell(reasonOf(error));
    } finally {
      clearTimeout(timer);
      this.#open.delete(controller);
    }
    this.#names.answer(address, name, performance.now());
    if (name !== undefined) this.#context.onName();
  }

  /** Says why nothing can be asked, once. */
  #tell(why: string): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#context.say(`Cannot ask DNS for names: ${why}`, true);
  }

  [Symbol.dispose](): void {
    this.setOn(false);
    for (const controller of this.#open) controller.abort();
  }
}
