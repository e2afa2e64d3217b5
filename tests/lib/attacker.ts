/** An unprivileged user who owns a folder, and files of root that must stay as they are. */
import { Folder } from "./folder.ts";
import { sh } from "./stage.ts";

/** User ID and group ID of the attacker; no such user need exist. */
export const ATTACKER = 4242;

/** A command that runs as the attacker. */
function asAttacker(...args: string[]): string[] {
  return [
    ...["setpriv", `--reuid=${ATTACKER}`, `--regid=${ATTACKER}`],
    ...["--clear-groups", ...args],
  ];
}

/**
 * A folder that anybody may enter, with a folder `own` of the attacker, and one
 * `vault`, which only root may write to.
 */
export class AttackedFolder implements Disposable {
  readonly #folder = new Folder();
  readonly own: string;
  readonly vault: string;
  readonly #before: string;

  /** @param mode of the attacker's folder */
  constructor(mode = "755") {
    const { path } = this.#folder;
    this.own = `${path}/own`;
    this.vault = `${path}/vault`;
    sh("chmod", "755", path);
    sh("mkdir", this.own, this.vault);
    sh("chown", `${ATTACKER}:${ATTACKER}`, this.own);
    sh("chmod", mode, this.own);
    const record = '{"schema":1,"type":"end"}';
    // What would be mended, appended to, copied or replaced if it were followed.
    Deno.writeTextFileSync(`${this.vault}/capture`, `${record}\n${record}`);
    Deno.writeTextFileSync(`${this.vault}/page`, "# HELP xdptally_x X\n");
    Deno.writeTextFileSync(`${this.vault}/secret`, "secret");
    sh("chmod", "600", `${this.vault}/secret`);
    this.#before = this.#state();
  }

  /** Runs a script as the attacker, in the folder that is his. */
  attack(script: string): void {
    sh(...asAttacker("sh", "-c", `cd "$0" && ${script}`, this.own));
  }

  /** What somebody else than root has changed in the vault; empty: nothing. */
  get damage(): string {
    const now = this.#state();
    return now === this.#before ? "" : `${this.#before} became ${now}`;
  }

  /** Names, contents, owners, modes and times. */
  #state(): string {
    const list = sh(
      ...["find", this.vault, "-printf", "%P %y %U:%G %m %s %T@ %n\\n"],
    );
    const sums = sh("sh", "-c", 'cat "$0"/* | sha256sum', this.vault);
    return list.split("\n").sort().join("\n") + sums;
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

/** Puts links to the vault in the place of whatever is in the attacker's folder, all the time. */
const RACE = `
  use POSIX;
  my ($own, $vault) = @ARGV;
  chdir $own or die;
  my @targets = map { "$vault/$_" } qw(capture page secret new), "", "../own";
  print "ready\\n"; close STDOUT;
  for (my $round = 0;; $round++) {
    for my $folder (".", "sub") {
      opendir(my $list, $folder) or next;
      for my $name (readdir $list) {
        next if $name =~ /^\\.\\.?$/;
        my $path = "$folder/$name";
        rename $path, "$folder/moved" if rand() < 0.3;
        unlink $path; rmdir $path;
        symlink $targets[rand @targets], $path if rand() < 0.5;
      }
    }
    for my $name (qw(x.jsonl x.jsonl.torn x.prom sub sub/x.jsonl sub/x.prom)) {
      unlink $name; rmdir $name;
      next if rand() < 0.5;
      if ($name eq "sub" and rand() < 0.5) { mkdir $name }
      elsif (rand() < 0.2) { POSIX::mkfifo($name, 0600) }
      else { symlink $targets[rand @targets], $name }
    }
  }
`;

/** The attacker, who races with runs until the end of the scope. */
export function racing(folder: AttackedFolder): Promise<AsyncDisposable> {
  return started("perl", "-e", RACE, folder.own, folder.vault);
}

/** A shell script of the attacker, until the end of the scope. @param path its `$1` */
export function attacking(
  folder: AttackedFolder,
  script: string,
  path: string,
): Promise<AsyncDisposable> {
  const begin = 'cd "$0"; echo ready; exec >/dev/null';
  return started("sh", "-c", `${begin}; ${script}`, folder.own, path);
}

/** A process of the attacker, which says when it is ready. */
async function started(...command: string[]): Promise<AsyncDisposable> {
  const [program, ...args] = asAttacker(...command);
  const child = new Deno.Command(program!, {
    args,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await new Response(child.stdout).text();
  return {
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
    },
  };
}
