/** What makes a program one that can be ridden on; why others are refused. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../src/basics/errors.ts";
import { openCarrier } from "../../src/bpf/carrier.ts";
import { programId } from "../../src/bpf/info.ts";
import { openLibbpf } from "../../src/bpf/library.ts";
import { floodObject, testObject } from "../lib/test_object.ts";

// Loaded here: what a test loads, it would have to unload.
const lib = openLibbpf();
const { program } = testObject();

/** The object without its BTF: the sections have other names. */
function withoutBtf(): Uint8Array<ArrayBuffer> {
  const elf = floodObject();
  const name = new TextEncoder().encode(".BTF");
  for (let at = 0; at + name.length <= elf.length; at++) {
    if (name.every((byte, i) => elf[at + i] === byte)) elf[at + 1] = 0x58;
  }
  return elf;
}

const { program: plainProgram } = testObject(withoutBtf());

Deno.test("a program with BTF is opened by the name of its function, or the kernel's refusal is worded", () => {
  for (const name of ["pass", "drop"]) {
    const id = programId(lib, program(name));
    const carrier = openCarrier(lib, id);
    if ("why" in carrier) {
      // Where tracing programs are not permitted: a small virtual machine, for example.
      assertStringIncludes(carrier.why, "does not permit tracing programs");
      assertEquals(carrier.exitCode, EXIT.notPermitted);
      continue;
    }
    assertEquals([carrier.id, carrier.main], [id, name]);
    assertEquals(carrier.exit, "observe_exit");
    carrier[Symbol.dispose]();
  }
});

Deno.test("a program without BTF is refused, and so is one that is gone", () => {
  const plain = openCarrier(lib, programId(lib, plainProgram("pass")));
  assert("why" in plain);
  assertStringIncludes(plain.why, "it has no BTF");
  assertEquals(plain.exitCode, EXIT.unsupported);

  const gone = openCarrier(lib, 2 ** 31 - 1);
  assert("why" in gone);
  assertEquals([gone.why, gone.exitCode], ["it is gone", EXIT.noInterface]);
});
