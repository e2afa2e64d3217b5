/** Roads from one network namespace to another, over interfaces of several kinds. */
import { BenchStage } from "./bench_stage.ts";
import { Child } from "./child.ts";
import { built } from "./objects.ts";

/** The sender's and the receiver's addresses. */
export const ADDRESSES = {
  IPv4: { sender: "10.77.0.1", receiver: "10.77.0.2" },
  IPv6: { sender: "fd77::1", receiver: "fd77::2" },
} as const;

/** Bytes of a merged packet with BIG TCP. */
const BIG = 200_000;

/** A device, and the namespace that it is in. */
interface Device {
  readonly stage: BenchStage;
  readonly name: string;
}

/** Builds the devices between two namespaces, for the lifetime of the stack. */
export type Build = (stack: AsyncDisposableStack) => Promise<Road>;

export interface Road {
  readonly sender: BenchStage;
  readonly receiver: BenchStage;
  /** What is sent arrives here: where xdptally counts. */
  readonly counted: Device;
}

/** A veth pair: its receiving end counts. */
export const overVeth: Build = (stack) => {
  const [sender, receiver] = stages(stack);
  join({ stage: sender, name: "a" }, { stage: receiver, name: "b" });
  equip(sender, "a", "sender");
  equip(receiver, "b", "receiver");
  const counted = { stage: receiver, name: "b" };
  return Promise.resolve({ sender, receiver, counted });
};

/** Two veth pairs with a bridge between: the bridge's port to the sender counts. */
export const overBridgePort: Build = (stack) => {
  const [sender, receiver] = stages(stack);
  const middle = stack.use(new BenchStage(0));
  middle.ip(..."link add bridge type bridge mcast_snooping 0".split(" "));
  middle.ip("link", "set", "dev", "bridge", "up");
  join({ stage: sender, name: "a" }, { stage: middle, name: "b" });
  join({ stage: middle, name: "c" }, { stage: receiver, name: "d" });
  for (const port of ["b", "c"]) {
    middle.ip("link", "set", "dev", port, "master", "bridge");
  }
  equip(sender, "a", "sender");
  equip(receiver, "d", "receiver");
  const counted = { stage: middle, name: "b" };
  return Promise.resolve({ sender, receiver, counted });
};

/** Two taps, joined as virtual machines join them: the receiver's tap counts. */
export const overTap: Build = async (stack) => {
  const [sender, receiver] = stages(stack);
  const command = sender.inside(built("relay"), "a", "b");
  await stack.use(new Child(command, "stdout")).readUntil(/^joined$/);
  sender.ip("link", "set", "dev", "b", "netns", receiver.name);
  equip(sender, "a", "sender");
  equip(receiver, "b", "receiver");
  return { sender, receiver, counted: { stage: receiver, name: "b" } };
};

/** The same road with BIG TCP: all of its devices take larger merged packets. */
export function withBigTcp(build: Build): Build {
  return async (stack) => {
    const road = await build(stack);
    for (const stage of [road.sender, road.receiver, road.counted.stage]) {
      for (const { ifname } of JSON.parse(stage.ip("-j", "link"))) {
        stage.ip(
          ...["link", "set", "dev", ifname],
          ...["gso_max_size", `${BIG}`, "gro_max_size", `${BIG}`],
        );
      }
    }
    return road;
  };
}

function stages(stack: AsyncDisposableStack): [BenchStage, BenchStage] {
  return [stack.use(new BenchStage(0)), stack.use(new BenchStage(0))];
}

/** Adds a veth pair with its ends in two namespaces, both up. */
function join(one: Device, other: Device): void {
  one.stage.ip(
    ...["link", "add", "name", one.name, "type", "veth"],
    ...["peer", "name", other.name, "netns", other.stage.name],
  );
  for (const { stage, name } of [one, other]) {
    stage.ip("link", "set", "dev", name, "up");
  }
}

/** Gives a device the addresses of one of the two. */
function equip(
  stage: BenchStage,
  device: string,
  whose: "sender" | "receiver",
): void {
  const { IPv4, IPv6 } = ADDRESSES;
  stage.run("sysctl", "-qw", `net.ipv6.conf.${device}.disable_ipv6=0`);
  stage.ip("addr", "add", `${IPv4[whose]}/24`, "dev", device);
  stage.ip("addr", "add", `${IPv6[whose]}/64`, "dev", device, "nodad");
  stage.ip("link", "set", "dev", device, "up");
}
