/** The programs of tests/flood.bpf.c, loaded. */
import { openLibbpf } from "../../src/bpf/library.ts";
import { checked, checkedPointer } from "../../src/ffi/errno.ts";
import { cString, opts } from "../../src/ffi/memory.ts";

/** tests/flood.bpf.c, built. */
export function floodObject(): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(
    new URL("../../dist/tests/flood.bpf.o", import.meta.url),
  );
}

/** @returns also `program`, which gives the descriptor of a program by its name */
export function testObject(elf = floodObject()) {
  const { symbols } = openLibbpf();
  const object = checkedPointer(
    "bpf_object__open_mem",
    symbols.bpf_object__open_mem(elf, BigInt(elf.length), opts("flood")),
  );
  checked("bpf_object__load", symbols.bpf_object__load(object));
  const program = (name: string) =>
    symbols.bpf_program__fd(
      checkedPointer(
        name,
        symbols.bpf_object__find_program_by_name(object, cString(name)),
      ),
    );
  return { symbols, object, program };
}
