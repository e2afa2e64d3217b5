/** Runs ClickHouse in a namespace and a folder, with the tables of contrib/clickhouse/. */
import type { Namespace } from "../lib/stage.ts";
import { Server } from "./server.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replaceAll("%20", " ");
const SERVER = `${ROOT}.toolchain/servers/usr/sbin/clickhouse-server`;
const CONTRIB = `${ROOT}contrib/clickhouse`;

function configure(folder: string): void {
  Deno.mkdirSync(`${folder}/data`);
  Deno.writeTextFileSync(
    `${folder}/users.xml`,
    `<yandex>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users><default>
    <password/>
    <networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile>
    <quota>default</quota>
  </default></users>
</yandex>
`,
  );
  Deno.writeTextFileSync(
    `${folder}/config.xml`,
    `<yandex>
  <logger><level>warning</level><console>1</console></logger>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>9000</tcp_port>
  <path>${folder}/data/</path>
  <tmp_path>${folder}/temporary/</tmp_path>
  <users_config>${folder}/users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <mark_cache_size>67108864</mark_cache_size>
</yandex>
`,
  );
}

export class ClickHouse extends Server {
  readonly #stage: Namespace;

  constructor(stage: Namespace, folder: string) {
    configure(folder);
    super(
      stage,
      `${folder}/log`,
      ...["env", "-C", folder, SERVER, `--config-file=${folder}/config.xml`],
    );
    this.#stage = stage;
  }

  /** Runs a query. @returns its rows, each a list of cells */
  query(query: string): string[][] {
    const text = this.#stage.run("clickhouse-client", `--query=${query}`);
    return text.split("\n").slice(0, -1).map((line) => line.split("\t"));
  }

  /** Creates the table and views of schema.sql. */
  createTables(): void {
    this.#stage.run(
      ...["sh", "-c", 'clickhouse-client --multiquery <"$0"'],
      `${CONTRIB}/schema.sql`,
    );
  }

  /** Loads captures with load.sh, as docs/fleet.md describes. */
  load(...files: string[]): void {
    this.#stage.run(`${CONTRIB}/load.sh`, ...files);
  }
}
