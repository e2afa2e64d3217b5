import { embeddedCommit } from "../bpf/embedded.ts";
import { openLibbpf } from "../bpf/library.ts";
import { Failure } from "../basics/errors.ts";
import { VERSION } from "../basics/version.ts";

/** What `-V` prints: the version, then what a bug report should name too. */
export function versionText(): string {
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
