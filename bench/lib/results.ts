/** Formats the results of a bench and keeps them in RESULTS.md. */

/** Aligns rows of cells: the first column to the left, the others to the right. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) =>
    Math.max(...rows.map((row) => row[at]!.length))
  );
  return rows.map((row) =>
    row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)
    ).join("  ")
  );
}

/** Today and this machine: `2026-11-22, AMD EPYC, 2 cores, 25.3 GB, Linux 6.1.0`. */
function dateAndMachine(): string {
  const model = /^model name\s*: (.*)$/m
    .exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const memory = (Deno.systemMemoryInfo().total / 1e9).toFixed(1);
  return [
    new Date().toISOString().slice(0, 10),
    model,
    `${navigator.hardwareConcurrency} cores`,
    `${memory} GB`,
    `Linux ${Deno.osRelease()}`,
  ].join(", ");
}

/** Replaces the section with this title in the text of RESULTS.md, or appends it. */
export function withSection(
  document: string,
  title: string,
  lines: readonly string[],
): string {
  const section = `## ${title}\n\n\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`;
  const parts = document.trimEnd().split(/\n+(?=## )/);
  const at = parts.findIndex((part) => part.startsWith(`## ${title}\n`));
  parts[at < 0 ? parts.length : at] = section.trimEnd();
  return `${parts.join("\n\n")}\n`;
}

const RESULTS = new URL("../RESULTS.md", import.meta.url);

/** Prints a section and writes it to RESULTS.md. */
export function publish(title: string, lines: readonly string[]): void {
  const all = [dateAndMachine(), ...lines];
  console.log(all.join("\n"));
  const document = Deno.readTextFileSync(RESULTS);
  Deno.writeTextFileSync(RESULTS, withSection(document, title, all));
}
