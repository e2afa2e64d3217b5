// The program that xdptally grew from, in its own manner: packets by IPv4
// source, the whole map printed as text every interval.
//
// usage: example [-size N] [-interval 1s] [-times] OBJECT INTERFACE
//
// With -interval 0 it prints for each line on stdin. On stderr it says when it
// has attached and how long that took; with -times also each printing.
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
	interval := flag.Duration("interval", time.Second, "time between printings, 0: at each line on stdin")
	times := flag.Bool("times", false, "say how long each printing took")
	flag.Parse()
	log.SetFlags(0)

	start := time.Now()
	device, err := net.InterfaceByName(flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	// What older kernels want; newer ones leave at once.
	if err := rlimit.RemoveMemlock(); err != nil {
		log.Fatal(err)
	}
	spec, err := ebpf.LoadCollectionSpec(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	spec.Maps["packets"].MaxEntries = uint32(*size)
	// As libbpf has it: the bench's programs call this one's tail.
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

// print writes a row for each source.
func print(packets *ebpf.Map) {
	text, err := format(packets)
	if err != nil {
		log.Printf("incomplete: %v", err)
	}
	fmt.Print(text)
}

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
