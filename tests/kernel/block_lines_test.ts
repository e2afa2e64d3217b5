/** The lines that `top` offers to block a source, as a shell runs them. */
import { assertEquals } from "@std/assert";
import { blockLines } from "../../src/view/block_lines.ts";
import { Namespace } from "../lib/stage.ts";

const HOSTS = [
  { own: "192.0.2.2", peer: "192.0.2.1", networks: ["192.0.2.0/30"] },
  {
    own: "2001:db8::2",
    peer: "2001:db8::1",
    networks: ["2001:db8::/127", "2001:db8:0:0:0:0:0:0/110"],
  },
];

/** Two hosts that a cable connects. */
function cable(own: Namespace, peer: Namespace): void {
  own.veth("va", "vb");
  own.ip("link", "set", "dev", "vb", "netns", peer.name);
  peer.ip("link", "set", "dev", "vb", "up");
  for (const [stage, name] of [[own, "va"], [peer, "vb"]] as const) {
    stage.run("sysctl", "-qw", `net.ipv6.conf.${name}.disable_ipv6=0`);
    for (const host of HOSTS) {
      const address = stage === own ? host.own : host.peer;
      const bits = address.includes(":") ? 64 : 24;
      const flags = address.includes(":") ? ["nodad"] : [];
      stage.ip("address", "add", `${address}/${bits}`, "dev", name, ...flags);
    }
  }
}

Deno.test("block: nft drops the source's packets, a blackhole route those to it; undone, they pass", () => {
  using own = new Namespace();
  using peer = new Namespace();
  cable(own, peer);
  const answers = (address: string) => {
    try {
      peer.run("ping", "-c1", "-W1", address);
      return true;
    } catch {
      return false;
    }
  };
  const shell = (...lines: string[]) =>
    void own.run("bash", "-ec", lines.join("\n"));
  for (const { own: address, peer: source, networks } of HOSTS) {
    assertEquals(answers(address), true, "before");
    for (const network of [source, ...networks]) {
      const { prepare, nft, nftUndo, route, routeUndo } = blockLines(network)!;
      shell(...prepare, nft, nft);
      assertEquals(answers(address), false, nft);
      shell(nftUndo);
      assertEquals(answers(address), true, nftUndo);
      shell(route);
      assertEquals(answers(address), false, route);
      shell(routeUndo);
      assertEquals(answers(address), true, routeUndo);
    }
  }
  const [four, six] = HOSTS.map(({ peer }) => blockLines(peer)!);
  shell(...four!.prepare, ...six!.prepare, four!.nft, six!.nft);
  for (const { own: address } of HOSTS) assertEquals(answers(address), false);
  shell(...six!.prepare, four!.nft, blockLines(HOSTS[0]!.networks[0]!)!.nft);
});
