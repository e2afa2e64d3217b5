import { check } from "../../src/ffi/errno.ts";
import type { Bytes } from "./frames.ts";

const { symbols } = Deno.dlopen("libbpf.so.1", {
  bpf_prog_test_run_opts: { parameters: ["i32", "buffer"], result: "i32" }, // prog_fd, opts
});

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
  const pointer = (to: Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) =>
    Deno.UnsafePointer.value(Deno.UnsafePointer.of(to));
  opts.setBigUint64(0, 80n, true);
  opts.setBigUint64(8, pointer(frame), true);
  if (context !== undefined) {
    opts.setBigUint64(32, pointer(xdpMd), true);
    opts.setUint32(48, xdpMd.byteLength, true);
  }
  opts.setUint32(24, frame.length, true);
  opts.setInt32(60, repeat, true);
  opts.setUint32(68, flags, true);
  opts.setUint32(76, batch, true);
  check(
    "bpf_prog_test_run_opts",
    symbols.bpf_prog_test_run_opts(programFd, new Uint8Array(opts.buffer)),
  );
  return opts.getUint32(56, true);
}
