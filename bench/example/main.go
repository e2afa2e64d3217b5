// The program that xdptally is compared with and grew from: counts packets by
// IPv4 source and prints the whole map as text every interval.
//
// usage: example [-size N] [-interval 1s] [-times] OBJECT INTERFACE
//
// With -interval 0 it prints the map for each line on stdin. On stderr it reports
// the ns that load and attach took; with -times also those of each printing.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/rlimit"
)

func main() {
	size := flag.Uint("size", 16, "entries of the map")
	interval := flag.Duration("interval", time.Second, "time between printings, 0: print for each line on stdin")
	times := flag.Bool("times", false, "report how long each printing took")
	flag.Parse()
	log.SetFlags(0)

	start := time.Now()
	device, err := net.InterfaceByName(flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	// Needed before Linux 5.11, does nothing later.
	if err := rlimit.RemoveMemlock(); err != nil {
		log.Fatal(err)
	}
	spec, err := ebpf.LoadCollectionSpec(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	spec.Maps["packets"].MaxEntries = uint32(*size)
	// Programs that tail-call each other need the same type: the bench's are loaded by libbpf.
	spec.Programs["count"].AttachType = ebpf.AttachXDP
	collection, err := ebpf.NewCollection(spec)
	if err != nil {
		log.Fatal(err)
	}
	defer collection.Close()
	attached, err := link.AttachXDP(link.XDPOptions{
		Program:   collection.Programs["count"],
		Interface: device.Index,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer attached.Close()
	log.Printf("attached %d", time.Since(start))

	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	ticks := ticks(*interval)
	for isOver := false; !isOver; {
		select {
		case <-ticks:
		case <-end:
			isOver = true
		}
		start := time.Now()
		print(collection.Maps["packets"])
		if *times {
			log.Printf("printed %d", time.Since(start))
		}
	}
}

// print writes a row per source, and reports an iteration that failed.
func print(packets *ebpf.Map) {
	text, err := format(packets)
	if err != nil {
		log.Printf("incomplete: %v", err)
	}
	fmt.Print(text)
}

// format returns the rows. Iteration fails if the map changes too much meanwhile.
func format(packets *ebpf.Map) (string, error) {
	var (
		rows   strings.Builder
		source [4]byte
		count  uint32
	)
	entries := packets.Iterate()
	for entries.Next(&source, &count) {
		rows.WriteString(fmt.Sprintf("\t%s => %d\n", net.IP(source[:]), count))
	}
	return rows.String(), entries.Err()
}

// ticks returns a channel that receives every interval, or for each line on stdin.
func ticks(interval time.Duration) <-chan time.Time {
	if interval > 0 {
		return time.NewTicker(interval).C
	}
	asked := make(chan time.Time)
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			asked <- time.Now()
		}
	}()
	return asked
}
