/** HTTP: which requests are accepted, how Accept chooses the format, and who stays connected. */
import { assert, assertEquals } from "@std/assert";
import {
  acceptWeight,
  answerText,
  parseRequest,
} from "../../src/http/message.ts";
import { isLoopback, peerOf } from "../../src/http/peer.ts";
import { leaver } from "../../src/http/seats.ts";
import { generator } from "../lib/random.ts";

Deno.test("parseRequest: method, path without query, header names in lower case", () => {
  const request = parseRequest(
    "GET /metrics?x=1 HTTP/1.1\r\nHost: a:1\r\nACCEPT:\ttext/plain \r\nAccept: b",
  );
  assertEquals(
    [request?.method, request?.path, [...request!.headers]],
    ["GET", "/metrics", [["host", "a:1"], ["accept", "text/plain, b"]]],
  );
});

for (
  const [host, expected] of [
    ["a", "a"],
    ["A.example:9435", "a.example"],
    ["127.0.0.1:", "127.0.0.1"],
    ["[::1]:80", "::1"],
    ["", ""],
  ] as const
) {
  Deno.test(`the host that is asked: "${host}", in a header or in the target`, () => {
    const lines = [
      `GET / HTTP/1.1\r\nHost: ${host}`,
      `GET / HTTP/1.0\r\nHost: ${host}`,
      // The target counts, and the header only has to be there: RFC 9112, 3.2.2.
      ...(host === "" ? [] : [
        `GET http://${host} HTTP/1.1\r\nHost: other`,
        `GET HTTPS://${host}/ HTTP/1.1\r\nHost:`,
        `GET http://${host}?x HTTP/1.0`,
      ]),
    ];
    for (const head of lines) {
      const request = parseRequest(head);
      assertEquals([request?.host, request?.path], [expected, "/"], head);
    }
  });
}

Deno.test("only HTTP/1.0 may leave out the host", () => {
  assertEquals(parseRequest("GET / HTTP/1.0")?.host, undefined);
  assertEquals(parseRequest("GET / HTTP/1.0")?.path, "/");
});

for (
  const head of [
    "",
    "GET",
    "GET /metrics",
    "get /metrics HTTP/1.1",
    "GET metrics HTTP/1.1",
    "GET /metrics HTTP/2",
    "GET /metrics http/1.0",
    "GET /metrics HTTP/1.1",
    "GET http://a/metrics HTTP/1.1",
    "GET http:///metrics HTTP/1.0",
    "GET http://:80/metrics HTTP/1.0",
    "GET http://user@a/metrics HTTP/1.0",
    "GET ftp://a/metrics HTTP/1.0",
    "GET http://a/ HTTP/1.1\r\nHost: a b",
    "GET /metrics HTTP/1.1\r\nHost: a\r\nHost: a",
    "GET /metrics HTTP/1.1\r\nHost: a/b",
    "GET /metrics HTTP/1.1\r\nHost: a:b",
    "GET /metrics HTTP/1.1\r\nHost: ::1",
    "GET /metrics HTTP/1.0\r\nno colon",
    "GET /metrics HTTP/1.0\r\nHost : x",
    "GET /metrics HTTP/1.0\r\n folded",
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

Deno.test("loopback is localhost, 127.0.0.0/8 and ::1, however they are written; no other name", () => {
  const local = ["localhost", "localhost.", "127.0.0.1", "127.255.0.9", "::1"];
  const mapped = ["0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"];
  for (const host of [...local, ...mapped]) assert(isLoopback(host), host);
  const others = ["", "localhost.a.example", "127.0.0.1.a.example", "0.0.0.0"];
  const foreign = ["::", "::2", "::ffff:10.0.0.1", "10.0.0.1", "128.0.0.1"];
  for (const host of [...others, ...foreign]) assert(!isLoopback(host), host);
});

Deno.test("a peer is an IPv4 address, mapped or not, or an IPv6 /64", () => {
  const same = (one: string, other: string) =>
    assertEquals(peerOf(one) === peerOf(other), true, `${one} ${other}`);
  const different = (one: string, other: string) =>
    assertEquals(peerOf(one) === peerOf(other), false, `${one} ${other}`);
  same("192.0.2.1", "::ffff:192.0.2.1");
  same("2001:db8::1", "2001:db8::ffff:0:0:2");
  same("fe80::1%eth0", "fe80::2%eth0");
  different("192.0.2.1", "192.0.2.2");
  different("::ffff:192.0.2.1", "::ffff:192.0.2.2");
  different("2001:db8::1", "2001:db8:0:1::1");
});

Deno.test("seats: the bounds hold, a new connection gets in, and its elders leave before it", () => {
  const bounds = { ofPeer: 4, ofAll: 10 };
  const pick = generator(9435);
  for (let round = 0; round < 50; round++) {
    const peers = 1 + pick(12);
    let seats: { peer: string; isBusy: boolean }[] = [];
    for (let step = 0; step < 200; step++) {
      for (const seat of seats) if (pick(10) === 0) seat.isBusy = !seat.isBusy;
      const peer = String(pick(peers));
      const leaving = leaver(seats, peer, bounds);
      const own = seats.filter((seat) => seat.peer === peer);
      const isFull = own.length === bounds.ofPeer ||
        seats.length === bounds.ofAll;
      assertEquals(leaving !== undefined, isFull);
      if (leaving !== undefined) {
        const rivals = own.length === bounds.ofPeer ? own : seats;
        const count = ({ peer }: { peer: string }) =>
          seats.filter((seat) => seat.peer === peer).length;
        for (const rival of rivals) {
          // Who stays is busy while the other is idle, of a peer with fewer, or younger.
          if (rival === leaving) continue;
          assert(
            rival.isBusy && !leaving.isBusy ||
              rival.isBusy === leaving.isBusy &&
                (count(rival) < count(leaving) ||
                  count(rival) === count(leaving) &&
                    seats.indexOf(rival) > seats.indexOf(leaving)),
          );
        }
      }
      seats = [
        ...seats.filter((seat) => seat !== leaving),
        { peer, isBusy: false },
      ];
      assert(seats.length <= bounds.ofAll);
      assert(
        seats.filter((seat) => seat.peer === peer).length <= bounds.ofPeer,
      );
    }
  }
});
