/**
 * Prints what a query answers, a row a line with tabs between.
 * usage: duckdb.ts SQL
 */
// Named here alone: neither lane's import map has what only the tests need.
// deno-lint-ignore no-import-prefix
import { DuckDBInstance } from "npm:@duckdb/node-api@1.5.5-r.5";

const [sql] = Deno.args;
const database = await DuckDBInstance.create(":memory:");
const connection = await database.connect();
const answer = await connection.runAndReadAll(sql!);
console.log(answer.getRowsJson().map((row) => row.join("\t")).join("\n"));
