/** Rewrites a command line so that parseArgs of @std/cli reads it correctly (pure). */
import { byDistance, similar } from "./similar.ts";
import { EXIT, Failure } from "../basics/errors.ts";
import type { OptionDocs } from "./option.ts";
import { badValue } from "./values.ts";

/**
 * Rewrites each option as `--name=value` or `--name`, apart from the operands.
 * parseArgs alone misreads `-i1s`, turns the interface `007` into 7, and `--top -1`
 * into an unknown option.
 *
 * @throws {Failure} exit code 2: an option does not exist, or lacks its value
 * @example
 * ```ts
 * normalForm(["-i1s", "eth0"], [{ name: "interval", short: "i", value: "TIME", help: "" }]);
 * // { options: ["--interval=1s"], operands: ["eth0"] }
 * ```
 */
export function normalForm(
  args: readonly string[],
  table: readonly OptionDocs[],
): { options: string[]; operands: string[] } {
  const options: string[] = [];
  const operands: string[] = [];
  const rest = [...args];

  const add = (
    option: OptionDocs,
    given: string,
    value: string | undefined,
  ) => {
    if (option.value === undefined) {
      if (value !== undefined) throw badOption(given, "it takes no value");
      options.push(`--${option.name}`);
      return;
    }
    const text = value ?? rest.shift();
    if (text === undefined) {
      throw badOption(
        given,
        `its value is missing; give ${option.value}: ${option.help}`,
      );
    }
    if (text === "") {
      throw badValue(option.name, "", `give ${option.value}: ${option.help}`);
    }
    options.push(`--${option.name}=${text}`);
  };

  for (let arg; (arg = rest.shift()) !== undefined;) {
    if (arg === "--") {
      operands.push(...rest.splice(0));
    } else if (arg.startsWith("--")) {
      const equals = arg.indexOf("=");
      const given = equals < 0 ? arg : arg.slice(0, equals);
      const option = table.find(({ name }) => `--${name}` === given);
      if (option === undefined) throw unknownOption(given, table);
      add(option, given, equals < 0 ? undefined : arg.slice(equals + 1));
    } else if (arg.startsWith("-") && arg !== "-") {
      for (let at = 1; at < arg.length; at++) {
        const given = `-${arg[at]}`;
        const option: OptionDocs | undefined = table.find(({ short }) =>
          short === arg[at]
        );
        // `-json` more likely means `--json` than four options.
        if (option === undefined) {
          throw unknownOption(
            at === 1 || optionsLike(arg, table).best ? arg : given,
            table,
          );
        }
        const attached = arg.slice(at + 1);
        if (option.value !== undefined) {
          add(option, given, attached === "" ? undefined : attached);
          break;
        }
        add(option, given, undefined);
      }
    } else {
      operands.push(arg);
    }
  }
  return { options, operands };
}

function badOption(given: string, why: string): Failure {
  return new Failure(EXIT.usage, `Cannot use ${given}: ${why}`);
}

function unknownOption(given: string, table: readonly OptionDocs[]): Failure {
  const { best, nearest } = optionsLike(given, table);
  const advice = best === undefined
    ? `the nearest are ${nearest.join(" and ")}; --help lists all`
    : `did you mean ${best}?`;
  return badOption(`"${given}"`, `there is no such option; ${advice}`);
}

/**
 * The two options with the nearest names, and the one that the text abbreviates or
 * misspells, if there is one.
 */
function optionsLike(
  given: string,
  table: readonly OptionDocs[],
): { best?: string; nearest: string[] } {
  const word = given.replace(/^-+/, "").toLowerCase().replaceAll("_", "-");
  const nearest = byDistance(word, table.map(({ name }) => name));
  const best = similar(word, nearest, word.length / 3);
  const flags = nearest.slice(0, 2).map((name) => `--${name}`);
  return best === undefined
    ? { nearest: flags }
    : { best: `--${best}`, nearest: flags };
}
