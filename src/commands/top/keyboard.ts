/** Reads the keys of `top` from stdin, and does what they ask for. */
import { ERRNO } from "../../ffi/errno.ts";
import { FileError } from "../../files/descriptor.ts";
import { FileAccess } from "../../files/file_access.ts";
import { fileName } from "../../formats/capture_name.ts";
import { ACCESS, canAccess } from "../../process/user.ts";
import type { FieldName } from "../../basics/keys.ts";
import { reasonOf } from "../../basics/reason.ts";
import type { Screen } from "./screen.ts";
import { KeyDecoder, type PressedKey } from "../../view/key_decoder.ts";
import type { Effect } from "../../view/effect.ts";
import type { View } from "../../view/view.ts";

/** Milliseconds to wait for the rest of a key's escape sequence, on a slow line. */
const PATIENCE = 50;

/** Permissions of an exported file. */
const MODE = 0o640;

/** What keys ask of the session. */
interface Controls {
  end(): void;
  recount(fields: readonly FieldName[]): void;
  setInterval(interval: number): void;
  setDns(isOn: boolean): void;
}

/** Passes keys to the view, and carries out the effects that it returns. */
export class Keyboard {
  readonly #view: View;
  readonly #screen: Screen;
  readonly #controls: Controls;
  readonly #decoder = new KeyDecoder();

  constructor(view: View, screen: Screen, controls: Controls) {
    this.#view = view;
    this.#screen = screen;
    this.#controls = controls;
  }

  /** Reads keys until stdin ends, which ends the session. */
  async listen(): Promise<void> {
    const buffer = new Uint8Array(1024);
    let timer: number | undefined;
    for (let read; (read = await Deno.stdin.read(buffer)) !== null;) {
      clearTimeout(timer);
      this.#press(this.#decoder.push(buffer.subarray(0, read)));
      if (!this.#decoder.isWaiting) continue;
      timer = setTimeout(() => this.#press(this.#decoder.flush()), PATIENCE);
    }
    this.#controls.end();
  }

  #press(keys: readonly PressedKey[]): void {
    for (const key of keys) {
      const effect = this.#view.press(key);
      if (effect !== undefined) this.#act(effect);
    }
    if (keys.length > 0) this.#screen.draw();
  }

  #act(effect: Effect): void {
    switch (effect.kind) {
      case "quit":
        return this.#controls.end();
      case "redraw":
        return this.#screen.redraw();
      case "interval":
        return this.#controls.setInterval(effect.interval);
      case "recount":
        return this.#controls.recount(effect.fields);
      case "dns":
        return this.#controls.setDns(effect.isOn);
      case "askExport":
        return this.#view.askExport(
          effect.what,
          proposal(this.#view.current),
        );
      case "export":
        return this.#export(effect);
    }
  }

  #export({ path, text, note }: Effect & { readonly kind: "export" }): void {
    const lines = text.split("\n").length - 1;
    try {
      const bytes = new TextEncoder().encode(text);
      new FileAccess(undefined).create(path, bytes, MODE);
      const lacking = note === undefined ? "" : `, ${note}`;
      this.#view.say(`Wrote ${lines} lines to "${path}"${lacking}`);
    } catch (error) {
      const advice = error instanceof FileError && error.errno === ERRNO.EEXIST
        ? "give another name"
        : 'name a place that this user may write to, like "/tmp/"';
      this.#view.say(
        `Cannot write to "${path}": ${reasonOf(error)}; ${advice}`,
        true,
      );
    }
  }
}

/** A path that this user may write to: in the current folder, or else in /tmp. */
function proposal(name: string): string {
  const isOpen = canAccess(".", ACCESS.write | ACCESS.search);
  const path = `${isOpen ? "" : "/tmp/"}xdptally-%i-%Y%m%dT%H%M%SZ.jsonl`;
  return fileName({ path }, { host: "", interface: name, time: new Date() });
}
