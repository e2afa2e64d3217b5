/** contrib/grafana/dashboard.json: the parts that tests use. */

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly type: string; readonly uid: string };
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly Target[];
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

export const DASHBOARD: Dashboard = JSON.parse(
  Deno.readTextFileSync(
    new URL("../../contrib/grafana/dashboard.json", import.meta.url),
  ),
);

/** Every query of the dashboard with its panel's title, variables not replaced. */
export function queries(): [title: string, expr: string][] {
  return [
    ...DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }): [string, string] => [title, expr])
    ),
    ...DASHBOARD.annotations.list.map(({ expr }): [string, string] => [
      "annotation",
      expr,
    ]),
  ];
}

/** A query as Grafana sends it if All is selected for each variable. */
export function withEverything(expr: string, rateInterval = "1m"): string {
  return expr.replaceAll(/\$__(rate_interval|range)\b/g, rateInterval)
    .replaceAll(/\$(host|interface|direction)\b/g, ".*");
}
