/**
 * Runs a query in DuckDB, and prints its rows as lines of tab-separated values.
 * usage: duckdb.ts SQL
 */
// Imported by name: the import maps have only what the program needs.
// deno-lint-ignore no-import-prefix
import { DuckDBInstance } from "npm:@duckdb/node-api@1.5.5-r.5";

const [sql] = Deno.args;
const database = await DuckDBInstance.create(":memory:");
const connection = await database.connect();
const answer = await connection.runAndReadAll(sql!);
console.log(answer.getRowsJson().map((row) => row.join("\t")).join("\n"));
