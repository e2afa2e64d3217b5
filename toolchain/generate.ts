/**
 * Writes what is made from the commands' documentation: the man page, the shells'
 * completions and docs/options.md, in the places that they have below a prefix.
 * usage: generate.ts FOLDER TIME, the man page's date in seconds since 1970
 */
import { COMPLETIONS, type Shell } from "../src/cli/completions/all.ts";
import { manPage } from "../src/cli/man.ts";
import { optionsPage } from "../src/cli/options_page.ts";
import { allCommands } from "../src/commands/all.ts";
import { PROGRAM } from "../src/commands/manual.ts";
import { VERSION } from "../src/basics/version.ts";

const PLACES: Record<Shell, string> = {
  bash: "bash-completion/completions/xdptally",
  zsh: "zsh/site-functions/_xdptally",
  fish: "fish/vendor_completions.d/xdptally.fish",
};

const [folder, time] = Deno.args;
const commands = await allCommands();

function write(place: string, text: string): void {
  const path = `${folder}/${place}`;
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(path, text);
}

write("doc/xdptally/options.md", optionsPage(commands));
write(
  "man/man1/xdptally.1",
  await manPage(commands, {
    ...PROGRAM,
    version: VERSION,
    date: new Date(Number(time) * 1000),
  }),
);
for (const [shell, place] of Object.entries(PLACES)) {
  write(place, COMPLETIONS[shell as Shell](commands));
}
