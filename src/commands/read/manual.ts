/** What the man page says about `read`: files, records and times. */
import type { Manual } from "../../cli/command_docs.ts";

export const manual: Manual = {
  examples: [{
    line: "xdptally read --by source,protocol,port --top 50 a.pcap b.pcapng.gz",
    what: "what was sent to which ports, in two files together",
  }, {
    line: "xdptally read -i 1m --filter 198.51.100.0/24 incident.pcap",
    what: "a table for each minute, of one network",
  }, {
    line:
      "ssh web1 tcpdump -w - -c 10000 -U |\n    xdptally read -j - | xdptally report -",
    what: "packets of another host, which has no xdptally",
  }],
  sections: [{
    title: "CAPTURES OF PACKETS",
    blocks: [
      "read takes pcap (with microseconds or nanoseconds, in either byte order) and pcapng (sections, interfaces, all kinds of packets), also compressed by gzip: known by their bytes, not their names. A file named twice is read once. Packets are read from Ethernet, raw IP, Linux cooked (both versions), BSD loopback, PPP and HDLC. Those of other link types (IEEE 802.11 and others) are left out, and a message says how many.",
      "A packet that was captured in part counts with its length on the wire; a checksum behind it does not count. It is read as far as it is there: where its ports are cut off, it has none.",
      {
        items: [
          [
            "One table",
            "in text, without --interval: the packets of all files, from the first to the last",
          ],
          [
            "Records",
            "with --interval, or in another format: each file is a run of its own, with a start record, ticks and an end record (reason end of file), as of an interface that is called like the file, without its folder (stdin for -; with the folder, where two files have one name). The mode is file, and its reason the link type. All files of a command line have one run id",
          ],
          [
            "Ticks",
            "by the packets' times. The first one begins with the first packet, and the last one ends with the last. A time without packets has no tick: xdptally report names it as a gap. A packet that is earlier than its tick, or has no time, counts in the current one",
          ],
        ],
      },
      "A file that is damaged, or ends in the middle of a packet, is counted up to there: a message says at which byte, its end record is not complete, and the exit code is 8. So it is if a file cannot be read; the others are.",
    ],
  }],
};
