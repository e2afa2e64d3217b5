/** Which files, sockets and environment variables the executable uses: only those it needs. */
import { assert, assertEquals } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { vethStage } from "../lib/stage.ts";
import { type Call, trace } from "../lib/strace.ts";
import { BINARY } from "../lib/xdptally.ts";

/** Every path that a run may open, besides its output. */
const ALLOWED: readonly (string | RegExp)[] = [
  // The dynamic loader, and libraries from the system's folders.
  /^\/etc\/ld\.so\.(cache|preload)$/,
  /^(\/usr)?\/lib(64)?\/([\w-]+\/)*lib(bpf|c|dl|elf|gcc_s|m|pthread|rt|z|zstd)\.so\.\d+$/,
  // The executable itself; the runtime also looks for it by a path that it
  // cuts at the first space.
  BINARY,
  BINARY.split(" ")[0]!,
  // The runtime reads how much memory and how many CPUs there are.
  /^\/proc\/(self|\d+)\/(cgroup|exe|maps|mountinfo)$/,
  /^\/proc\/(meminfo|version_signature)$/,
  /^\/sys\/fs\/cgroup\//,
  /^\/sys\/devices\/system\/cpu\/(online|present|possible)$/,
  "/proc/interrupts",
  /^\/sys\/devices\/system\/cpu\/cpu0\/(tsc_freq_khz|cpufreq\/cpuinfo_max_freq)$/,
  "/dev/urandom",
  /^\/(etc\/localtime|usr\/share\/zoneinfo\/.*)$/,
  "/sys/kernel/realtime",
  // The kernel's types (BTF), which libbpf reads.
  "/sys/kernel/btf/vmlinux",
  // The interfaces' counters, and this process's capabilities.
  /^\/proc\/self\/(net\/dev|status|task)$/,
  /^\/proc\/self\/task\/\d+\/status$/,
  // The user that the run becomes.
  "/etc/passwd",
  // Whether the run has a terminal: this decides what SIGHUP means.
  "/dev/tty",
];

/**
 * Whether a path is a name on the way to the output, opened in the folder before it,
 * or what that way has opened.
 */
function isOnTheWay(
  path: string,
  line: string,
  output: string | undefined,
): boolean {
  if (output === undefined) return false;
  const isName = path === "/" || output.split("/").includes(path);
  return isName && /O_PATH|O_EXCL/.test(line) && line.includes("O_NOFOLLOW") ||
    /^\/proc\/self\/fd\/\d+$/.test(path);
}

const CHANGES =
  /^(creat|mkdir|mknod|rmdir|unlink|rename|link|symlink|truncate|chmod|fchmodat|chown|lchown|fchownat|utime|utimensat|mount|umount|pivot_root|chroot)/;

function assertTouchesOnly(
  calls: readonly Call[],
  output: string | undefined,
): void {
  assert(
    calls.some(({ line }) => line.includes("libbpf.so.1")),
    "strace saw the run",
  );
  for (const { name, paths, line } of calls) {
    for (const path of paths) {
      assert(
        path === output || path === Deno.cwd() ||
          isOnTheWay(path, line, output) ||
          // Whether user nobody could reopen the output.
          name === "faccessat2" && output?.startsWith(`${path}/`) ||
          ALLOWED.some((one) =>
            typeof one === "string" ? one === path : one.test(path)
          ),
        line,
      );
    }
    if (/O_(WRONLY|RDWR|CREAT|TRUNC)/.test(line)) {
      const isOutput = isOnTheWay(paths[0]!, line, output);
      assert(isOutput || ["/dev/null", "/dev/tty"].includes(paths[0]!), line);
    }
    assert(!CHANGES.test(name), line);
    assert(name !== "execve" || paths[0] === BINARY, line);
    // Sockets serve ioctl and netlink; none is connected.
    assert(!/AF_INET6?.*sin6?_port|sun_path/.test(line), line);
  }
}

Deno.test("strace: a whole run opens the known paths and nothing else", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const capture = `${folder.path}/c.jsonl`;
  const args = ["-q", "-c", "3", "-i", "100ms", "-o", capture, "vb"];
  const { output, calls } = await trace(args, { in: stage.name });
  assertEquals(output, { code: 0, stdout: "", stderr: "" });
  assertTouchesOnly(calls, capture);
});

/** Predictable names that an attacker could create before root runs the program. */
const BAIT = [
  "deno-compile-xdptally.cache",
  "deno-compile-xdptally/src/main.ts",
  "deno-compile-xdptally/dist/embed/xdptally.bpf.o",
  "deno-compile-xdptally/dist/embed/x86_64/libbpf.so.1",
  "deno_compile/xdptally",
  "xdptally",
  "xdptally.bpf.o",
  "xdptally.lock",
  "libbpf.so",
  "libbpf.so.0",
  "libbpf.so.1",
  "libelf.so.1",
  "libz.so.1",
  "deno.json",
  "package.json",
  ".npmrc",
  ".env",
  "node_modules/evil.js",
];

/** Variables that Deno, Node.js or the loader would obey. */
function lures(folder: string): Record<string, string> {
  const evil = `${folder}/node_modules/evil.js`;
  return {
    ...Object.fromEntries(
      [
        "TMPDIR",
        "TMP",
        "TEMP",
        "HOME",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_RUNTIME_DIR",
        "DENO_DIR",
        "DENO_INSTALL_ROOT",
        "DENO_COVERAGE_DIR",
        "NODE_V8_COVERAGE",
        "NODE_PATH",
        "SSL_CERT_DIR",
        "LOCPATH",
        "GCONV_PATH",
        "LIBBPF_PIN_PATH",
      ].map((name) => [name, folder]),
    ),
    ...Object.fromEntries(
      ["DENO_CERT", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "BASH_ENV", "ENV"]
        .map((name) => [name, `${folder}/.env`]),
    ),
    ...Object.fromEntries(
      [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "NPM_CONFIG_REGISTRY",
        "JSR_URL",
      ].map((name) => [name, "http://127.0.0.1:9"]),
    ),
    NODE_OPTIONS: `--require ${evil} --inspect`,
    DENO_V8_FLAGS: "--max-old-space-size=1,--stack-size=1",
    DENO_PERMISSIONS: "none",
    DENO_AUTH_TOKENS: "secret@127.0.0.1",
    DENO_TLS_CA_STORE: "system",
    DENO_UNSTABLE: "1",
    DENO_INSPECT: "127.0.0.1:9229",
    OTEL_DENO: "true",
    OTEL_SERVICE_NAME: "xdptally",
  };
}

/** Every file below a folder, with its size and time of modification. */
function inventory(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    const { size, mtime } = Deno.lstatSync(path);
    return [
      `${path} ${size} ${mtime?.getTime()}`,
      ...isDirectory ? inventory(path) : [],
    ];
  }).sort();
}

Deno.test("planted files in a temp folder, and variables that point to them, change nothing", async () => {
  using stage = vethStage();
  using folder = new Folder();
  for (const name of BAIT) {
    const path = `${folder.path}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, "throw new Error('bait');\n", { mode: 0o755 });
  }
  const before = inventory(folder.path);
  const { output, calls } = await trace(
    ["-q", "--format", "csv", "-c", "2", "-i", "100ms", "vb"],
    { in: stage.name, cwd: folder.path, env: lures(folder.path) },
  );
  assertEquals([output.code, output.stderr], [0, ""]);
  assertEquals(output.stdout.split("\r\n").length, 1 + 2 * 6 + 1);
  const inside = calls.filter(({ name, paths }) =>
    name !== "getcwd" && paths.some((path) => path.startsWith(folder.path))
  );
  assertEquals(inside.map(({ line }) => line), []);
  assertTouchesOnly(calls.filter(({ name }) => name !== "getcwd"), undefined);
  assertEquals(inventory(folder.path), before);
});
