/** Shells that complete xdptally's command lines: in a terminal, and many lines at once. */
import { Folder } from "./folder.ts";
import { type Namespace, sh } from "./stage.ts";
import { Tmux } from "./tmux.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replaceAll("%20", " ");
const SHARE = `${ROOT}dist/share`;

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

const SCRIPTS: Record<Shell, string> = {
  bash: `${SHARE}/bash-completion/completions/xdptally`,
  zsh: `${SHARE}/zsh/site-functions/_xdptally`,
  fish: `${SHARE}/fish/vendor_completions.d/xdptally.fish`,
};

/** What a shell reads at its start: the prompt is `> `, and unset variables are errors. */
const STARTUP: Record<Shell, string> = {
  bash: `
    PS1='> '
    bind 'set show-all-if-ambiguous on'
    set -u
    . '${SCRIPTS.bash}'`,
  zsh: `
    PS1='> '
    fpath=('${SHARE}/zsh/site-functions' $fpath)
    autoload -U compinit
    compinit -D -u
    setopt nounset`,
  fish: `
    function fish_prompt; echo -n '> '; end
    set -g fish_autosuggestion_enabled 0
    set -g fish_greeting
    set -p fish_complete_path '${SHARE}/fish/vendor_completions.d'`,
};

const START: Record<Shell, (folder: string) => string[]> = {
  bash: (folder) => ["bash", "--noprofile", "--rcfile", `${folder}/.bashrc`],
  zsh: () => ["zsh", "-d"],
  fish: (folder) => ["fish", "-N", "-C", `source '${folder}/.fishrc'`],
};

/** A folder with the files that a shell reads at its start. */
class Home extends Folder {
  constructor(shell: Shell, more = "") {
    super();
    const text = `${STARTUP[shell]}\n${more}\n`;
    Deno.writeTextFileSync(`${this.path}/.${shell}rc`, text);
  }
}

export interface CompletingOptions {
  /** Whose interfaces there are. */
  readonly stage: Namespace;
  /** The folder that the shell is in. */
  readonly folder: string;
  /** More lines for the shell's start. */
  readonly startup?: string;
}

/** A shell in a terminal that a person types at. */
export class CompletingShell implements Disposable {
  readonly #home: Home;
  readonly #terminal: Tmux;

  constructor(
    shell: Shell,
    { stage, folder, startup = "" }: CompletingOptions,
  ) {
    this.#home = new Home(shell, startup);
    const { path } = this.#home;
    this.#terminal = new Tmux({
      width: 100,
      height: 50,
      env: {
        PATH: `${ROOT}dist:${Deno.env.get("PATH")}`,
        HOME: path,
        XDG_RUNTIME_DIR: path, // else fish makes a folder in /tmp
        ZDOTDIR: path,
      },
    });
    const start = START[shell](path).map((word) =>
      `'${word.replaceAll("'", "'\\''")}'`
    );
    this.#terminal.enter(
      `cd '${folder}'; clear; exec ip netns exec ${stage.name} ${
        start.join(" ")
      }`,
    );
  }

  /** Waits for an empty line at the top of the screen. */
  async #cleared(): Promise<void> {
    const isEmpty = (screen: readonly string[]) =>
      screen.join("\n").trim() === ">";
    await this.#terminal.until(/^>/m);
    if (isEmpty(this.#terminal.screen())) return;
    this.#terminal.press("C-u", "C-l");
    await this.#terminal.until(isEmpty);
  }

  /** Types a text and Tab on an empty line. @returns the line then */
  async completed(text: string): Promise<string> {
    await this.#cleared();
    this.#terminal.type(text);
    this.#terminal.press("Tab");
    // What follows shows where the cursor is, and that the shell is done.
    this.#terminal.type("#");
    const screen = await this.#terminal.until((screen) =>
      lineOf(screen).endsWith("#")
    );
    return lineOf(screen).slice("> ".length, -"#".length);
  }

  /** Types a text and Tab on an empty line, until the list below satisfies `is`. */
  async listed(
    text: string,
    is: (words: readonly string[]) => boolean,
  ): Promise<void> {
    await this.#cleared();
    this.#terminal.type(text);
    this.#terminal.press("Tab");
    await this.#terminal.until((screen) =>
      is(
        screen.filter((line) => !line.startsWith("> ")).join(" ").trim()
          .split(/ +/).map(bare),
      )
    );
  }

  /** Presses a key on an empty line, and waits for a text on the screen. */
  async pressed(key: string, what: RegExp): Promise<void> {
    await this.#cleared();
    this.#terminal.press(key);
    await this.#terminal.until(what);
  }

  /** All that the screen shows. */
  screen(): string {
    return this.#terminal.screen().join("\n").trim();
  }

  [Symbol.dispose](): void {
    this.#terminal[Symbol.dispose]();
    this.#home[Symbol.dispose]();
  }
}

/** The line that is being typed. */
function lineOf(screen: readonly string[]): string {
  return screen.findLast((line) => line.startsWith("> ")) ?? "";
}

/** What is proposed at the end of each line, sorted. */
export const PROPOSALS: Record<
  Shell,
  (lines: readonly string[], options: CompletingOptions) => Promise<string[][]>
> = {
  // deno-lint-ignore require-await
  bash: async (lines, { stage, folder }) => {
    const script = `set -u
      PATH="${ROOT}dist:$PATH"
      cd '${folder}'
      . '${SCRIPTS.bash}'
      # readline proposes files where the script asks it to.
      compopt() { [ "$2" != default ] || mapfile -t COMPREPLY < <(compgen -f -- "$word"); }
      for line; do
        IFS=' ' read -r -a COMP_WORDS <<<"$line"
        # A line that ends in a space, or an = that splits words, has a last word that is empty.
        [[ $line != *' ' ]] || COMP_WORDS+=('')
        COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
        _xdptally
        (IFS=$'\\t'; printf '%s\\n' "\${COMPREPLY[*]}")
      done`;
    return sorted(stage.run("bash", "-c", script, "bash", ...lines));
  },
  // deno-lint-ignore require-await
  fish: async (lines, { stage, folder }) => {
    using home = new Home("fish");
    const script = `source '${home.path}/.fishrc'
      set -p PATH '${ROOT}dist'
      cd '${folder}'
      for line in $argv
        echo (complete -C $line | string replace -r '\\t.*' '' | string join \\t)
      end`;
    return sorted(
      stage.run(
        "env",
        `HOME=${home.path}`,
        `XDG_RUNTIME_DIR=${home.path}`,
        "fish",
        "-N",
        "-c",
        script,
        ...lines,
      ),
    );
  },
  zsh: async (lines, options) => {
    using folder = new Folder();
    const [input, output] = ["input", "output"].map((name) =>
      `${folder.path}/${name}`
    );
    Deno.writeTextFileSync(input!, lines.join("\n"));
    using shell = new CompletingShell("zsh", {
      ...options,
      startup: `
        typeset -ga proposed
        compadd() {
          # With these options nothing is proposed: matches go into arrays.
          if [[ \${(j: :)@[1,(i)(-|--)]} == *-[OAD]* ]]; then
            builtin compadd "$@"
            return
          fi
          local -a matches
          builtin compadd -O matches "$@"
          proposed+=(\${(Q)matches})
          builtin compadd "$@"
        }
        zle -C list-proposals list-choices _main_complete
        propose-all() {
          local line
          for line in "\${(@f)$(<'${input}')}"; do
            proposed=()
            BUFFER=$line CURSOR=$#line
            zle list-proposals
            print -r -- \${(pj:\\t:)proposed} >>'${output}'
          done
          BUFFER=finished
        }
        zle -N propose-all
        bindkey '^G' propose-all`,
    });
    await shell.pressed("C-g", /^> finished/m);
    return sorted(Deno.readTextFileSync(output!));
  },
};

/** A word without what precedes a value in it, and without the slash of a folder. */
function bare(word: string): string {
  return word.replace(/^--[\w-]+=(?=.)|\/$/g, "");
}

/** The words of each line, bare. */
function sorted(text: string): string[][] {
  return text.replace(/\n$/, "").split("\n").map((line) => {
    const words = line.split("\t").filter((word) => word !== "")
      .map(bare);
    return [...new Set(words)].sort();
  });
}

/** Whether a shell finds no fault in its script. @throws what it says */
export function checkScript(shell: Shell): void {
  using folder = new Folder();
  const check = shell === "fish" ? "--no-execute" : "-n";
  sh("env", `XDG_RUNTIME_DIR=${folder.path}`, shell, check, SCRIPTS[shell]);
  if (shell === "bash") sh("shellcheck", SCRIPTS.bash);
}
