/** Lists the kinds of sinks, in the order of the help. */
import type { Values } from "../cli/option.ts";
import { listen } from "./listen.ts";
import { output } from "./output.ts";
import { SeveralSinks } from "./several.ts";
import type { NamedPlan, Sink, SinkContext, SinkPlan } from "./sink.ts";

const KINDS = { output, listen };

export const SINK_OPTIONS = {
  ...KINDS.output.options,
  ...KINDS.listen.options,
};

/**
 * The sinks that a command line asks for.
 *
 * @throws {Failure} exit code 2
 */
export function planSinks(values: Values<typeof SINK_OPTIONS>): NamedPlan[] {
  const plans = Object.entries(KINDS).flatMap(([name, kind]) => {
    const plan = kind.plan(values);
    return plan === undefined ? [] : [{ ...plan, name }];
  });
  const isEnough = plans.some((plan) => plan.isEnough);
  return plans.filter(({ isDefault }) => !(isEnough && isDefault));
}

/** Creates the planned sinks, as one. @throws {Failure} */
export function createSinks(
  plans: readonly SinkPlan[],
  context: SinkContext,
): Required<Sink> {
  return new SeveralSinks(plans.map((plan) => plan.create(context)));
}
