/** The command `version`: prints what a bug report should name. */
import { EXIT, Failure } from "../basics/errors.ts";
import { VERSION } from "../basics/version.ts";
import { embeddedCommit } from "../bpf/embedded.ts";
import { openLibbpf } from "../bpf/library.ts";
import { type Command, HELP } from "./command.ts";
import { print } from "./print.ts";

export const command: Command<typeof HELP> = {
  name: "version",
  summary: "The versions of xdptally, its commit, Deno, libbpf and Linux.",
  description: "Shows the versions, like -V.",
  operands: "",
  completes: "nothing",
  options: HELP,
  examples: [],
  async run() {
    await print(versionText());
    return EXIT.done;
  },
};

/** Lines with the versions of xdptally, Deno, libbpf and Linux, and the commit. */
function versionText(): string {
  return [
    `xdptally ${VERSION}`,
    `commit ${embeddedCommit()}`,
    `Deno ${Deno.version.deno}`,
    libbpfName(),
    `Linux ${Deno.osRelease()} ${Deno.build.arch}`,
    "",
  ].join("\n");
}

function libbpfName(): string {
  try {
    return openLibbpf().name;
  } catch (error) {
    if (error instanceof Failure) return "no libbpf";
    throw error;
  }
}
