/** HTTP messages: which requests are accepted, and how Accept chooses the format. */
import { assertEquals } from "@std/assert";
import {
  acceptWeight,
  answerText,
  parseRequest,
} from "../../src/http/message.ts";

Deno.test("parseRequest: method, path without query, header names in lower case", () => {
  const request = parseRequest(
    "GET /metrics?x=1 HTTP/1.1\r\nHost: a:1\r\nACCEPT:\ttext/plain ",
  );
  assertEquals(
    [request?.method, request?.path, [...request!.headers]],
    ["GET", "/metrics", [["host", "a:1"], ["accept", "text/plain"]]],
  );
});

for (
  const head of [
    "",
    "GET",
    "GET /metrics",
    "get /metrics HTTP/1.1",
    "GET metrics HTTP/1.1",
    "GET /metrics HTTP/2",
    "GET /metrics HTTP/1.1\r\nno colon",
    "GET /metrics HTTP/1.1\r\nHost : x",
    "GET /metrics HTTP/1.1\r\n folded",
  ]
) {
  Deno.test(`not a request: ${JSON.stringify(head)}`, () =>
    assertEquals(parseRequest(head), undefined));
}

Deno.test("answerText: the length is in bytes, and HEAD gets no body", () => {
  const text = answerText({ status: 200, body: "ä\n" }, "GET");
  assertEquals(text.split("\r\n").slice(0, 3), [
    "HTTP/1.1 200 OK",
    "content-type: text/plain; charset=utf-8",
    "content-length: 3",
  ]);
  assertEquals(text.endsWith("\r\n\r\nä\n"), true);
  assertEquals(
    answerText({ status: 200, body: "x" }, "HEAD").endsWith("\r\n\r\n"),
    true,
  );
});

for (
  const [accept, expected] of [
    ["", undefined],
    ["text/html", undefined],
    ["text/plain", 1],
    ["TEXT/PLAIN;version=0.0.4;q=0.2, */*;q=0.1", 0.2],
    ["application/openmetrics-text;q=0.5,text/plain; q=0", 0],
    ["text/plain;q=x", 0],
  ] as const
) {
  Deno.test(`Accept: ${accept}`, () =>
    assertEquals(acceptWeight(accept, "text/plain"), expected));
}
