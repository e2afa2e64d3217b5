/** BPF_PROG_TEST_RUN: runs the XDP program on one frame, without an interface. */
import { CallError, checked } from "../../src/ffi/errno.ts";
import type { Bytes } from "./frames.ts";

const { symbols } = Deno.dlopen("libbpf.so.1", {
  bpf_prog_test_run_opts: { parameters: ["i32", "buffer"], result: "i32" }, // prog_fd, opts
});

/** The shortest frame of a test run, in bytes (ETH_HLEN). */
export const SHORTEST = 14;

export interface TestRun {
  readonly frame: Bytes;
  /** struct xdp_md of linux/bpf.h. */
  readonly context?: { dataEnd: number; ingressIfindex?: number };
  readonly repeat?: number;
  readonly flags?: number;
  readonly batch?: number;
}

/**
 * Runs an XDP program on a frame.
 *
 * @returns what the program returned
 * @throws {CallError}
 * @see struct bpf_test_run_opts, bpf/bpf.h
 */
export function testRun(programFd: number, run: TestRun): number {
  const { frame, context, repeat = 0, flags = 0, batch = 0 } = run;
  const xdpMd = Uint32Array.of(
    0,
    context?.dataEnd ?? 0,
    0,
    context?.ingressIfindex ?? 0,
    0,
    0,
  );
  const opts = new DataView(new ArrayBuffer(80));
  opts.setBigUint64(0, 80n, true);
  opts.setBigUint64(8, address(frame), true);
  if (context !== undefined) {
    opts.setBigUint64(32, address(xdpMd), true);
    opts.setUint32(48, xdpMd.byteLength, true);
  }
  opts.setUint32(24, frame.length, true);
  opts.setInt32(60, repeat, true);
  opts.setUint32(68, flags, true);
  opts.setUint32(76, batch, true);
  checked(
    "bpf_prog_test_run_opts",
    symbols.bpf_prog_test_run_opts(programFd, new Uint8Array(opts.buffer)),
  );
  return opts.getUint32(56, true);
}

/** Runs one program on many frames, with the least work per frame. */
export class TestRunner {
  readonly #program: number;
  readonly #opts = new DataView(new ArrayBuffer(80));
  readonly #bytes = new Uint8Array(this.#opts.buffer);
  readonly #xdpMd = new Uint32Array(6);
  readonly #context = address(this.#xdpMd);

  constructor(programFd: number) {
    this.#program = programFd;
    this.#opts.setBigUint64(0, 80n, true);
  }

  /** The buffer of the frames; it must outlive the runs. */
  setFrame(buffer: Bytes): void {
    this.#opts.setBigUint64(8, address(buffer), true);
  }

  /**
   * @param length of the frame
   * @param linear how much of it is in the linear part; 0: what fits
   * @throws {CallError}
   */
  run(length: number, linear = 0): void {
    this.#xdpMd[1] = linear;
    this.#opts.setUint32(24, length, true);
    // The previous run overwrote it with the size of its output.
    this.#opts.setUint32(28, 0, true);
    this.#opts.setUint32(52, 0, true);
    const hasContext = linear > 0;
    this.#opts.setBigUint64(32, hasContext ? this.#context : 0n, true);
    this.#opts.setUint32(48, hasContext ? this.#xdpMd.byteLength : 0, true);
    checked(
      "bpf_prog_test_run_opts",
      symbols.bpf_prog_test_run_opts(this.#program, this.#bytes),
    );
  }
}

/** The longest frame, in bytes, that this kernel takes in a test run. */
export function longestFrame(runner: TestRunner): number {
  const buffer = new Uint8Array(1 << 17);
  runner.setFrame(buffer);
  let [taken, refused] = [SHORTEST, buffer.length];
  while (refused - taken > 1) {
    const length = (taken + refused) >> 1;
    try {
      runner.run(length);
      taken = length;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      refused = length;
    }
  }
  return taken;
}

function address(
  of: Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(of)));
}
