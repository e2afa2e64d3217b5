/**
 * Generates the man page and the shell completions from the option tables, at
 * their paths below PREFIX/share.
 * usage: generate.ts FOLDER
 */
import { COMPLETIONS, type Shell } from "../src/cli/completions.ts";
import { manPage } from "../src/cli/man.ts";
import { VERSION } from "../src/basics/version.ts";

const PLACES: Record<Shell, string> = {
  bash: "bash-completion/completions/xdptally",
  zsh: "zsh/site-functions/_xdptally",
  fish: "fish/vendor_completions.d/xdptally.fish",
};

const [folder = "dist/share"] = Deno.args;

function write(place: string, text: string): void {
  const path = `${folder}/${place}`;
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(path, text);
}

write("man/man1/xdptally.1", manPage(VERSION));
for (const [shell, place] of Object.entries(PLACES)) {
  write(place, COMPLETIONS[shell as Shell]());
}
