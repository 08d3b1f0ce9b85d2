//go:build !race

package session

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// mask keeps what is looked for out of memory: it is held and compared only masked.
const mask = 0x5a

// copies counts where the process's memory holds what is given masked.
func copies(t *testing.T, masked []byte) int {
	t.Helper()
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		t.Fatal("look at the process's own memory:", err)
	}
	defer maps.Close()
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal("look at the process's own memory:", err)
	}
	defer mem.Close()
	found := 0
	// The looking glass lies outside of the heap, so that it is not looked at itself.
	text, err := syscall.Mmap(-1, 0, 1<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(text)
	own := uint64(uintptr(unsafe.Pointer(&text[0])))
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to uint64
		var rights string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &rights); err != nil || !strings.HasPrefix(rights, "rw") || from <= own && own < to {
			continue
		}
		for at := from; at < to; at += uint64(len(text) - len(masked)) { // overlapping, so that none lies across the edge
			n, _ := mem.ReadAt(text[:min(uint64(len(text)), to-at)], int64(at))
			for i := range n { // masked at once: the copy read is memory too
				text[i] ^= mask
			}
			found += bytes.Count(text[:n], masked)
			clear(text)
		}
	}
	return found
}

// few of the tens of thousands of copies may be left, in the stacks of the test's own goroutines.
const few = 10

// TestForgetLeavesFew fills the heap with texts of every size that hold a secret among others that do not, drops those
// that do while other goroutines go on allocating, and then looks through the whole of the process's memory. The race
// detector's memory is too large to be looked through.
func TestForgetLeavesFew(t *testing.T) {
	masked := make([]byte, 40)
	for i := range masked {
		masked[i] = byte('A'+rand.IntN(26)) ^ mask
	}
	holding := func(size int) []byte {
		text := make([]byte, size)
		for i, c := range masked {
			text[i] = c ^ mask
		}
		return text
	}
	held := holding(64 + rand.IntN(64)) // of a size that is not known when compiling would be on the stack
	if n := copies(t, masked); n != 1 {
		t.Fatalf("a secret in use is found %d times, so looking proves nothing", n)
	}
	runtime.KeepAlive(held)

	ctx, cancel := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	for range 3 {
		busy.Go(func() {
			var last [64][]byte
			for i := 0; ctx.Err() == nil; i++ {
				last[i%len(last)] = make([]byte, 64+rand.IntN(8<<10))
				if i%100 == 0 {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	defer busy.Wait()
	defer cancel()

	s := New(Options{})
	defer s.Close()
	for range 3 {
		var kept [][]byte
		for i := range 20_000 {
			if size := 64 + rand.IntN(1+i%4*1500); i%7 == 0 {
				kept = append(kept, make([]byte, size))
			} else {
				holding(size)
			}
		}
		for range 600 {
			holding(18<<10 + rand.IntN(24<<10))
			kept = append(kept, make([]byte, 18<<10+rand.IntN(14<<10)))
		}
		s.forget(t.Context())
		if n := copies(t, masked); n > few {
			t.Errorf("%d copies of a secret are left, more than %d", n, few)
		}
		runtime.KeepAlive(kept)
	}
}
