/** A run as systemd starts it: what it says of itself is read all the time. */
import type { Folder } from "./folder.ts";
import type { Namespace } from "./stage.ts";

/** The messages that a run in a namespace sends to its service manager. */
export class NotifySocket implements AsyncDisposable {
  readonly name: string;
  /** The messages so far, each a list of assignments. */
  readonly messages: string[][] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #wake: () => void = () => {};

  private constructor(namespace: Namespace, name: string) {
    const script = new URL("notify_socket.ts", import.meta.url).pathname
      .replaceAll("%20", " ");
    this.name = name;
    this.#child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", namespace.name, Deno.execPath(), "run"],
        ...["--quiet", "--no-check", "--allow-all", script, name],
      ],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.#reading = this.#read();
  }

  /** @param name a path, or @ and an abstract name */
  static async open(
    namespace: Namespace,
    name: string,
  ): Promise<NotifySocket> {
    const socket = new NotifySocket(namespace, name);
    await socket.until(() => socket.messages.length > 0);
    socket.messages.shift(); // that it is bound
    return socket;
  }

  /** As `open`, in a folder; the run becomes another user, and any user may write to systemd's. */
  static async in(
    folder: Folder,
    namespace: Namespace,
  ): Promise<NotifySocket> {
    const name = `${folder.path}/notify`;
    const socket = await NotifySocket.open(namespace, name);
    Deno.chmodSync(folder.path, 0o755);
    Deno.chmodSync(name, 0o777);
    return socket;
  }

  async #read(): Promise<void> {
    let rest = "";
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const part of text) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        this.messages.push(JSON.parse(line).split("\n"));
      }
      this.#wake();
    }
  }

  /** How often an assignment has come. */
  count(assignment: string): number {
    return this.messages.flat().filter((each) => each === assignment).length;
  }

  /** Waits until `what` holds. @throws it did not within a minute */
  async until(what: () => boolean): Promise<void> {
    const end = performance.now() + 60_000;
    while (!what()) {
      if (performance.now() > end) {
        throw new Error(`did not come: ${JSON.stringify(this.messages)}`);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, 1000);
      this.#wake = resolve;
      await promise;
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#reading;
    await this.#child.status;
  }
}
