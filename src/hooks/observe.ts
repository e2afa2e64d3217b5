/** The observe hook: rides on the XDP program that an interface has, and sees its verdicts. */
import { EXIT } from "../basics/errors.ts";
import { holderText } from "../bpf/holder.ts";
import { recursionMisses } from "../bpf/info.ts";
import type { Attachment } from "../bpf/link.ts";
import type { LoadedObject } from "../bpf/object.ts";
import { call, ERRNO } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { findInterface } from "../net/interfaces.ts";
import type { Hook } from "./hook.ts";

export const observe: Hook = {
  name: "observe",
  label: "--hook observe",
  help: "beside the XDP program that is there, with its verdicts",
  sees:
    "Frames as the XDP program of the interface gets them, before it changes them, and what it does with them (--by verdict). Nothing else is changed: the program runs on, also after xdptally was killed. A redirect that fails later is still a redirect. It ends when that program goes or is replaced (exit code 4; with --wait-interface it moves on). It needs CAP_SYS_ADMIN, kernel BTF, the JIT, and that the program has BTF. Headers beyond a frame's first buffer count as undecoded. The program's own statistics (bpf_stats) include the time that this takes.",
  directions: ["in"],
  modes: ["observe"],
  program: "observe_entry",
  needsHolder: true,
  takesFragments: false,
  advice: {
    bpf_raw_tracepoint_open: {
      [ERRNO.E2BIG]: () => ({
        exitCode: EXIT.busy,
        why: "as many programs ride on it already as the kernel allows",
        remedy: "stop one of them",
      }),
    },
  },
  attach: ({ object, interface: { index } }) => new Rider(object, index),
  lookout: () => () => [], // nothing is before the XDP program
  notice: ({ name, index }, _, __, holder) =>
    `Observing ${
      holder === undefined ? "the XDP program" : holderText(holder)
    } on iface "${name}" (index ${index})`,
  explainShortfall: () =>
    "some frames bypass the XDP program in its mode, or it was not there all the time",
};

/**
 * The programs that run before and after an interface's XDP program. The kernel
 * detaches them when the process ends in any way.
 */
class Rider implements Attachment {
  readonly mode = "observe";
  readonly #object: LoadedObject;
  readonly #ifindex: number;
  readonly #stack: DisposableStack;

  /** @throws {CallError} */
  constructor(object: LoadedObject, ifindex: number) {
    this.#object = object;
    this.#ifindex = ifindex;
    const { lib: { symbols }, programFd, exitFd } = object;
    using stack = new DisposableStack();
    // The exit first, and at the end the entry first: every frame that has entered is
    // counted when it leaves.
    for (const program of [exitFd!, programFd]) {
      const fd = call(symbols, "bpf_raw_tracepoint_open", null, program);
      stack.defer(() => libc.close(fd));
    }
    this.#stack = stack.move();
  }

  /** Whether the interface still has the program. @throws {CallError} */
  isAttached(): boolean {
    const { holderId } = this.#object;
    return findInterface(this.#ifindex)?.xdpProgram === holderId;
  }

  /** Frames that the kernel kept from one of the two. @throws {CallError} */
  missed(): bigint {
    const { lib, programFd, exitFd } = this.#object;
    return recursionMisses(lib, programFd) + recursionMisses(lib, exitFd!);
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
