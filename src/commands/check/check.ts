import type { CheckOptions } from "./options.ts";
import { EXIT, type ExitCode } from "../../basics/errors.ts";
import { listInterfaces } from "../../net/interfaces.ts";
import { checksJson, checksText } from "./check_table.ts";
import { hostChecks } from "./host_checks.ts";
import { interfaceChecks } from "./interface_checks.ts";

/**
 * Whether watching would work, without attaching anything.
 *
 * @returns the table or the JSON object, and what watching would end with
 */
export function check(
  { interfaces, isJson, maxSources }: CheckOptions,
): { text: string; exitCode: ExitCode } {
  const names = interfaces.length > 0
    ? interfaces
    : listInterfaces().map(({ name }) => name);
  const host = hostChecks();
  const rows = [
    ...host.rows,
    ...names.flatMap((name) => interfaceChecks(name, maxSources, host)),
  ];
  const text = isJson ? checksJson(rows, Deno.hostname()) : checksText(rows);
  // Of interfaces that nobody named, those that cannot be watched are no failure.
  const asked = interfaces.length > 0 ? rows : host.rows;
  const failed = asked.find(({ state }) => state === "fail");
  return { text, exitCode: failed?.exitCode ?? EXIT.done };
}
