/** Commands in front of the executable, for `through` of a run. */

/** Runs it under a seccomp filter; see seccomp.ts for the rules. */
export function underSeccomp(...rules: string[]): string[] {
  const launcher = new URL("seccomp.ts", import.meta.url).pathname
    .replaceAll("%20", " ");
  return [
    Deno.execPath(),
    ...["run", "--quiet", "--no-check", "--allow-all"],
    launcher,
    ...rules,
    "--",
  ];
}
