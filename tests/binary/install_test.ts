/** What is installed beside the executable: completions, units, cron and logrotate files. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { Namespace, sh } from "../lib/stage.ts";
import { become } from "../lib/xdptally.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replaceAll("%20", " ");
const UNITS = `${ROOT}contrib/systemd/`;

/** The stdout and stderr of a command, whatever its exit code. */
function said(...command: string[]): { code: number; text: string } {
  const [program, ...args] = command;
  const { code, stdout, stderr } = new Deno.Command(program!, {
    args,
    cwd: ROOT,
  }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, text: text(stdout) + text(stderr) };
}

/** The names of the processes of a namespace. */
function programsIn({ name }: Namespace): string[] {
  const pids = sh("ip", "netns", "pids", name).split("\n").filter(Boolean);
  return said("ps", "-o", "comm=", "-p", pids.join()).text.trim()
    .split("\n").sort();
}

Deno.test("make install and make uninstall, below a DESTDIR with a space in it", () => {
  using folder = new Folder();
  const into = `${folder.path}/a destination`;
  const make = (target: string) =>
    said("make", target, `DESTDIR=${into}`, "PREFIX=/usr");
  const files = () =>
    sh("find", into, "-type", "f").trim().split("\n").map((path) =>
      path.slice(into.length)
    ).sort();
  assertEquals(make("install").code, 0);
  assertEquals(files(), [
    "/usr/bin/xdptally",
    "/usr/share/bash-completion/completions/xdptally",
    "/usr/share/fish/vendor_completions.d/xdptally.fish",
    "/usr/share/man/man1/xdptally.1",
    "/usr/share/zsh/site-functions/_xdptally",
  ]);
  assertStringIncludes(sh(`${into}/usr/bin/xdptally`, "-V"), "xdptally ");
  assertEquals(make("uninstall").code, 0);
  assertEquals(files(), [""]);
});

Deno.test("the systemd units pass systemd-analyze verify and its security rating", () => {
  using folder = new Folder();
  // The units start the program from where `make install` puts it.
  const program = `${ROOT}dist/xdptally`.replaceAll(" ", "\\x20");
  const names = [...Deno.readDirSync(UNITS)].filter(({ isFile }) => isFile)
    .map(({ name }) => name);
  assertEquals(names.toSorted(), [
    "xdptally-exporter.service",
    "xdptally@.service",
    "xdptally@.timer",
  ]);
  for (const name of names) {
    Deno.writeTextFileSync(
      `${folder.path}/${name}`,
      Deno.readTextFileSync(UNITS + name)
        .replaceAll("/usr/local/bin/xdptally", program),
    );
  }
  const paths = names.map((name) => `${folder.path}/${name}`);
  const verified = ["systemd-analyze", "verify", "--man=no", ...paths] as const;
  const { code, text } = said(...verified);
  assertEquals(
    [
      code,
      text.split("\n").filter((line) => line.includes("xdptally")),
    ],
    [0, []],
    text,
  );
  for (const path of paths.filter((path) => path.endsWith(".service"))) {
    const security = said(
      "systemd-analyze",
      "security",
      "--offline=true",
      "--threshold=30",
      path,
    );
    assertEquals(security.code, 0, security.text.slice(-300));
  }
});

Deno.test("the exporter's unit: the secrets' drop-in passes systemd-analyze verify too", () => {
  using folder = new Folder();
  const name = "xdptally-exporter.service";
  Deno.copyFileSync(UNITS + name, `${folder.path}/${name}`);
  sh("cp", "-r", `${UNITS}${name}.d`, folder.path);
  const { code, text } = said(
    ...["env", `SYSTEMD_UNIT_PATH=${folder.path}:`],
    ...["systemd-analyze", "verify", "--man=no", name],
  );
  const isAboutProgram = /\/usr\/local\/bin\/xdptally/; // not installed here
  const others = text.split("\n").filter((line) =>
    line.includes("xdptally") && !isAboutProgram.test(line)
  );
  assertEquals(others, [], `${code} ${text}`);
});

/** The system calls of one entry of SystemCallFilter=; `@name` is a set of them. */
function callsOf(name: string): string[] {
  if (!name.startsWith("@")) return [name];
  const members = sh("systemd-analyze", "syscall-filter", name).split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== name && !line.startsWith("#"));
  return members.flatMap(callsOf);
}

/** The system calls that a unit allows. */
function allowedBy(name: string): Set<string> {
  const unit = Deno.readTextFileSync(UNITS + name);
  const [, filter] = /^SystemCallFilter=(.*)$/m.exec(unit)!;
  return new Set([...filter!.split(" "), "@default"].flatMap(callsOf));
}

Deno.test("the systemd services: SystemCallFilter= allows every system call of a run", () => {
  using stage = new Namespace();
  using folder = new Folder();
  const allowed = allowedBy("xdptally@.service");
  assertEquals(allowedBy("xdptally-exporter.service"), allowed);
  const traced = `${folder.path}/calls`;
  const strace = ["strace", "-f", "-qq", "-o", traced, `${ROOT}dist/xdptally`];
  const capture = ["-q", "-c", "2", "-i", "100ms", "-o", `${folder.path}/`];
  const exporter = ["--listen", "9435"];
  const managed = ["env", `NOTIFY_SOCKET=${folder.path}/none`];
  sh(
    ...["ip", "netns", "exec", stage.name, ...managed, ...strace],
    ...[...capture, ...exporter, "lo"],
  );
  const calls = Deno.readTextFileSync(traced)
    .matchAll(/^\d+ +([a-z]\w*)\(/gm).map(([, call]) => call!);
  const made = new Set(calls);
  for (const call of ["bpf", "setresuid", "listen", "sendto"]) {
    assert(made.has(call), [...made].join(" "));
  }
  assertEquals([...made.difference(allowed)], []);
});

Deno.test("the logrotate file: old captures are compressed, very old ones removed, today's is left alone", () => {
  using folder = new Folder();
  const ages = { "20260110": 0, "20260107": 3, "20251001": 101 };
  const endings = ["jsonl", "csv", "txt", "jsonl.gz", "csv.gz", "jsonl.torn"];
  const names = endings.flatMap((ending) =>
    Object.entries(ages).map(([day, age]) => {
      const name = `h-eth0-${day}.${ending}`;
      const time = new Date(Date.now() - age * 86_400_000);
      Deno.writeTextFileSync(`${folder.path}/${name}`, "{}\n");
      Deno.utimeSync(`${folder.path}/${name}`, time, time);
      return name;
    })
  );
  const config = Deno.readTextFileSync(`${ROOT}contrib/logrotate.d/xdptally`)
    .replace(/\/var\/log\/xdptally\/(\S+)/g, `"${folder.path}/$1"`);
  Deno.writeTextFileSync(`${folder.path}/config`, `su root root\n${config}`);
  Deno.chmodSync(`${folder.path}/config`, 0o644);
  Deno.chmodSync(folder.path, 0o755);
  // logrotate's state says that it saw all files before.
  const seen = names.map((name) => `"${folder.path}/${name}" 2026-1-1-0:0:0\n`);
  Deno.writeTextFileSync(
    `${folder.path}/state`,
    `logrotate state -- version 2\n${seen.join("")}`,
  );
  Deno.chmodSync(`${folder.path}/state`, 0o600);
  const { code, text } = said(
    "/usr/sbin/logrotate",
    "--state",
    `${folder.path}/state`,
    `${folder.path}/config`,
  );
  assertEquals([code, text], [0, ""]);
  const left = [...Deno.readDirSync(folder.path)].map(({ name }) => name)
    .filter((name) => name.startsWith("h-")).sort();
  const plain = ["jsonl", "csv", "txt"];
  const packed = ["jsonl.gz", "csv.gz", "jsonl.torn"];
  assertEquals(
    left,
    [
      ...endings.map((ending) => `h-eth0-20260110.${ending}`),
      ...packed.map((ending) => `h-eth0-20260107.${ending}`),
      // A plain file is compressed first, and deleted when that has aged.
      ...plain.flatMap((ending) =>
        ["20260107", "20251001"].map((day) => `h-eth0-${day}.1.${ending}.gz`)
      ),
    ].sort(),
  );
});

Deno.test("a real cron daemon runs the shipped crontab: a captured minute", async () => {
  using stage = new Namespace();
  using folder = new Folder();
  stage.veth("senders", "eth0");
  // By the clock that cron sees, ten seconds before a full ten minutes.
  const script = `
    for folder in /etc/cron.d /var/spool/cron /run /usr/local/bin /var/log /dev/shm; do
      mount -t tmpfs none "$folder" || exit
    done
    mkdir /var/spool/cron/crontabs /var/log/xdptally
    mount --bind "$0" /var/log/xdptally
    mount --bind /dev/null /etc/crontab
    cp "$1/dist/xdptally" /usr/local/bin/
    install -m 644 "$1/contrib/cron.d/xdptally" /etc/cron.d/
    echo '10 * * * * root echo this is mailed' >/etc/cron.d/control
    cp /usr/sbin/cron /run/
    mount -t tmpfs none /usr/sbin
    printf '#!/bin/sh\nexec cat >>/var/log/xdptally/mail\n' >/usr/sbin/sendmail
    chmod +x /usr/sbin/sendmail
    exec faketime -f '@2026-01-01 00:09:50' /run/cron -f`;
  const daemon = new Deno.Command("ip", {
    args: [
      "netns",
      "exec",
      stage.name,
      "unshare",
      "--mount",
      "--pid",
      "--fork",
      "--mount-proc",
      "--kill-child",
      "sh",
      "-c",
      script,
      folder.path,
      ROOT,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  try {
    const captured = () =>
      [...Deno.readDirSync(folder.path)]
        .filter(({ name }) => name.endsWith(".jsonl"))
        .map(({ name }) => Deno.readTextFileSync(`${folder.path}/${name}`))
        .join("");
    const end = performance.now() + 120_000;
    while (!/"type":"end".*\n$/.test(captured())) {
      assert(performance.now() < end, "no captured minute within two");
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const all = captured().trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(all.filter(({ type }) => type === "tick").length, 60);
    assertEquals(
      [all.at(-1).reason, all.at(-1).complete, all.at(-1).interface],
      ["duration", true, "eth0"],
    );
    // cron mails a line's output once the command has ended.
    const mail = () => Deno.readTextFileSync(`${folder.path}/mail`);
    await become(() => programsIn(stage).join() === "cron,faketime,unshare");
    assertStringIncludes(mail(), "this is mailed");
    assertEquals(mail().match(/^Subject: .*/gm)?.length, 1, mail());
  } finally {
    sh("sh", "-c", `kill -9 ${daemon.pid} 2>/dev/null || true`);
    await daemon.output();
  }
});
