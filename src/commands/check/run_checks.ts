/** Checks what a run does besides counting: the user it becomes, its output. */
import type { Keying } from "../../basics/keys.ts";
import { requireDroppable, successor, wouldKeep } from "../../engine/rights.ts";
import { diagnosticsLog } from "../../process/log.ts";
import { StopRequest } from "../../process/stop_request.ts";
import { isRoot, type User } from "../../process/user.ts";
import { createSinks } from "../../sinks/all.ts";
import type { NamedPlan } from "../../sinks/sink.ts";
import { type CheckRow, type Finding, findingOf, ok } from "./check_table.ts";

/** What a run is asked for. */
interface Run {
  /** As `--user` has it. */
  readonly user: string | undefined;
  readonly plans: readonly NamedPlan[];
  readonly interfaces: readonly string[];
  readonly maxSources: number;
  readonly keying: Keying;
}

/** Rows about the user, and about each output. */
export function runChecks(run: Run): CheckRow[] {
  let user: User | undefined;
  const userFinding = findingOf(() => {
    user = successor(run.user);
    requireDroppable(user);
    return becomes(user);
  });
  const mayAsk = userFinding.state !== "fail" ? user : undefined;
  return [
    { on: "host", name: "user", ...userFinding },
    ...run.plans.map((plan) => ({
      on: "host",
      name: plan.name,
      ...findingOf(() => rehearse(plan, run, mayAsk)),
    })),
  ];
}

function becomes(user: User | undefined): Finding {
  if (user === undefined) {
    return ok(
      isRoot() ? "stays root" : "stays the same: it is not started by root",
    );
  }
  const kept = wouldKeep(user);
  return kept === undefined
    ? ok(`becomes ${user.name} (${user.uid}) once attached`)
    : { state: "note", value: kept };
}

/** Rehearses an output. @throws {Failure} a run could not write there */
function rehearse(
  plan: NamedPlan,
  { interfaces, maxSources, keying }: Run,
  user: User | undefined,
): Finding {
  const notes: string[] = [];
  const log = diagnosticsLog("normal", (line) => {
    notes.push(line.replace(/^xdptally: /, "").trimEnd());
  });
  const host = Deno.hostname();
  using stop = new StopRequest();
  const context = { log, stop, host, interfaces, maxSources, keying, user };
  using sink = createSinks([plan], context);
  for (const name of interfaces) sink.rehearse({ host, interface: name });
  if (user !== undefined) sink.canGoOnAs(user);
  return notes.length === 0
    ? ok(plan.place ?? "ready")
    : { state: "note", value: notes.join("; ") };
}
