/** The files of `--listen-token`, `--listen-cert` and `--listen-key`: bounded, and read again. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { certify } from "../lib/certificate.ts";
import { Folder } from "../lib/folder.ts";
import { serve, stageWithLoopback, status } from "../lib/serving.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { become, run } from "../lib/xdptally.ts";

/** A folder with a token, a certificate and its key; `options` names them. */
class Secrets extends Folder {
  readonly token = `${this.path}/token`;
  readonly cert = `${this.path}/cert`;
  readonly key = `${this.path}/key`;
  readonly options = [
    ...["--listen", "9435", "--listen-token", this.token],
    ...["--listen-cert", this.cert, "--listen-key", this.key],
  ];

  constructor() {
    super();
    Deno.writeTextFileSync(this.token, "a secret\n", { mode: 0o600 });
    certify(this.cert, this.key);
  }

  /** Lets user nobody read everything. */
  open(): this {
    sh("chown", "-R", "65534:65534", this.path);
    return this;
  }
}

const URL_OF_METRICS = "https://127.0.0.1:9435/metrics";

/** The curl options of a scrape that trusts `cert` and has `token`. */
function scrape(cert: string, token: string): string[] {
  const header = `authorization: ${token}`;
  return ["--cacert", cert, "-H", header, URL_OF_METRICS];
}

Deno.test("--listen-token and TLS: only the token opens the page, with its scheme in any case", async () => {
  using stage = stageWithLoopback();
  using secrets = new Secrets();
  await using _ = await serve(stage, secrets.options);
  const by = (token: string) => status(stage, ...scrape(secrets.cert, token));
  for (const scheme of ["Bearer", "bearer", "BEARER", "bEaReR "]) {
    assertEquals(by(`${scheme} a secret`), "200", scheme);
    assertEquals(by(`${scheme} a secreT`), "401", scheme);
  }
  for (const other of ["", "a secret", "Basic a secret", "Bearer", "Bearer "]) {
    assertEquals(by(other), "401", other);
  }
});

Deno.test("a token and a certificate that change are used without a restart, and no scrape fails meanwhile", async () => {
  using stage = stageWithLoopback();
  using secrets = new Secrets().open();
  await using capture = await serve(stage, secrets.options);
  assertEquals(capture.stderr.includes("stays as it is"), false);
  const { cert, key, token } = secrets;
  for (const round of ["one", "two"]) {
    certify(`${cert}.new`, `${key}.new`, round);
    sh("chown", "65534", `${cert}.new`, `${key}.new`);
    Deno.renameSync(`${key}.new`, key);
    Deno.renameSync(`${cert}.new`, cert);
    await become(() => {
      // Without a look at the certificate every scrape succeeds, old or new.
      assertEquals(
        status(stage, "-k", ...scrape(cert, "bearer a secret")),
        "200",
      );
      return status(stage, ...scrape(cert, "bearer a secret")) === "200";
    });
  }
  Deno.writeTextFileSync(token, "another\n");
  await become(() =>
    status(stage, ...scrape(cert, "bearer another")) === "200"
  );
  assertEquals(status(stage, ...scrape(cert, "bearer a secret")), "401");
});

Deno.test("a new file that cannot be used is reported once, and the old one stays until it is put right", async () => {
  using stage = stageWithLoopback();
  using secrets = new Secrets().open();
  const { cert, key, token } = secrets;
  await using capture = await serve(stage, secrets.options);
  const by = (word: string) => status(stage, "-k", ...scrape(cert, word));
  const reports = (what: string) =>
    capture.stderr.split(`Keeping the old ${what}: `).length - 1;
  Deno.copyFileSync(cert, `${cert}.old`);
  const trouble = [
    ["token", () => Deno.writeTextFileSync(token, "one\ntwo\n")],
    ["token", () => Deno.removeSync(token)],
    ["token", () => sh("mkfifo", token)],
    ["certificate", () => certify(`${cert}.other`, key)], // another key
    ["certificate", () => Deno.truncateSync(cert)],
  ] as const;
  const said = { token: 0, certificate: 0 };
  for (const [what, make] of trouble) {
    make();
    said[what]++;
    await become(() => {
      assertEquals(by("bearer a secret"), "200");
      return reports(what) >= said[what];
    });
    assertEquals(reports(what), said[what], capture.stderr);
  }
  const old = status(
    stage,
    ...scrape(`${cert}.old`, "bearer a secret"),
  );
  assertEquals(old, "200", "the first certificate is still in use");
  Deno.removeSync(token);
  Deno.writeTextFileSync(token, "three");
  certify(cert, key);
  sh("chown", "65534", token, cert, key);
  await become(() => status(stage, ...scrape(cert, "bearer three")) === "200");
  assertEquals([reports("token"), reports("certificate")], [3, 2]);
});

Deno.test("files that user nobody may not read stay as they are, a notice says so, and --user decides who reads", async () => {
  using stage = stageWithLoopback();
  using secrets = new Secrets();
  const fixed =
    /The token stays as it is .*\n.*The certificate stays as it is /;
  await using capture = await serve(stage, secrets.options);
  assertMatch(capture.stderr, fixed);
  assertEquals(
    status(stage, ...scrape(secrets.cert, "bearer a secret")),
    "200",
  );
  const { code, stdout } = await run(
    ["check", ...secrets.options.with(1, "9436"), "vb"],
    { in: stage.name },
  );
  assertEquals(code, 0);
  assertStringIncludes(stdout, "The token stays as it is");
  const options = secrets.options.with(1, "9437");
  await using asRoot = await serve(stage, [...options, "--user", "root"]);
  assertEquals(asRoot.stderr.includes("stays as it is"), false);
});

Deno.test("a token or a key that others may read is reported once, with its mode", async () => {
  using stage = stageWithLoopback();
  using secrets = new Secrets();
  for (const mode of [0o600, 0o640, 0o604, 0o644, 0o400]) {
    Deno.chmodSync(secrets.token, mode);
    Deno.chmodSync(secrets.key, mode);
    Deno.chmodSync(secrets.cert, 0o644); // everybody gets to see it
    await using capture = await serve(stage, secrets.options);
    const warned = capture.stderr.split("\n")
      .filter((line) => line.includes("not only its owner may read it"));
    const isOpen = (mode & 0o044) !== 0;
    assertEquals(warned.length, isOpen ? 2 : 0, capture.stderr);
    for (const line of warned) {
      assertStringIncludes(line, `(mode 0${mode.toString(8)})`);
    }
  }
});

Deno.test("TLS without a loopback interface that is up is refused before anything is attached", async () => {
  using stage = vethStage();
  using secrets = new Secrets();
  const { code, stderr } = await run([...secrets.options, "vb"], {
    in: stage.name,
  });
  assertEquals(code, 7);
  assertMatch(
    stderr,
    /^xdptally: Cannot listen on [^\n]+; ip link set lo up\n$/,
  );
  assertEquals(stage.programs("vb"), []);
});

Deno.test("what is no file of a sensible size and form is refused at once: one line, exit 2", async () => {
  using secrets = new Secrets();
  const at = (name: string) => `${secrets.path}/${name}`;
  sh("mkfifo", at("fifo"));
  Deno.writeTextFileSync(at("empty"), "\n \n");
  Deno.writeTextFileSync(at("two"), "one\ntwo\n");
  Deno.writeFileSync(at("zeros"), new Uint8Array(16)); // after a power loss
  Deno.writeFileSync(at("bytes"), Uint8Array.of(0xfe, 0xfe, 0xfe));
  Deno.writeTextFileSync(at("large"), "x".repeat(65_537));
  Deno.writeTextFileSync(at("largest"), "x".repeat(65_536));
  const never = ["/dev/zero", "/dev/null", at("fifo"), at(""), at("nothing")];
  const refused = [
    ...["empty", "two", "large", "zeros", "bytes"].map(at).concat(never)
      .map((path) => ["token", path]),
    ...[...never, at("token"), at("key"), at("large")]
      .map((path) => ["cert", path]),
    ...[...never, at("token"), at("cert"), at("large")]
      .map((path) => ["key", path]),
  ] as const;
  for (const [name, path] of refused) {
    for (const command of [[], ["check"]]) {
      const { code, stdout, stderr } = await run(
        [...command, ...secrets.options, `--listen-${name}`, path!, "lo"],
      );
      assertEquals([code, stdout], [2, ""], `${name} ${path}: ${stderr}`);
      assertMatch(stderr, /^xdptally: Cannot [^\n]+; [^\n]+\n$/);
      assertStringIncludes(stderr, path!);
    }
  }
  const { code } = await run(["check", "--listen", "9435"], {});
  const largest = await run(
    ["check", "--listen", "9435", "--listen-token", at("largest")],
  );
  assertEquals(largest.code, code);
});
