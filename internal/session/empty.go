package session

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"unsafe"
)

// emptying lets one at a time change how many processors the program uses and when it collects. places is what it takes.
var (
	emptying sync.Mutex
	places   [][]byte
)

// empty frees and fills over with one processor: each of several would set aside places that nobody else can fill. Nothing
// is collected while it fills: a collection leaves places that are not swept yet, and the allocator would rather take fresh
// ones than sweep many (cacheSpan in the runtime's mcentral.go).
func empty() {
	emptying.Lock()
	defer emptying.Unlock()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	// The first finds what was dropped and what only holds it weakly, such as package unique's table; the second frees it,
	// and gives back what is free as a whole: what the heap takes anew to be filled is then empty.
	runtime.GC()
	debug.FreeOSMemory()
	fillStacks()
	fillPages()
	fillOver()
}

// fillPages fills the free pages that a processor keeps for itself and does not give back, at most pageCache of them
// (mpagecache.go in the runtime). A place of one page is all there is in it.
func fillPages() {
	for size, n := pageSize, 2*pageCache; n > 0; n-- {
		places = append(places[:0], make([]byte, size))
	}
	places = nil
}

// fillChunk is how much is allocated before it is asked whether there was no place for it, fillMost bounds what a size class
// gets, fillStack is how much is taken of stacks of one size.
const (
	pageSize  = 8 << 10
	pageCache = 64
	// Of places up to headerless the runtime notes at the page's end where they have pointers, of larger ones in a word before
	// them (mbitmap.go).
	headerless  = 512
	pointerSize = 8

	fillChunk = 128 << 10
	fillMost  = 32 << 20
	fillStack = 128 << 10
)

// fillOver allocates, size class by size class, until no place lies free between things in use: the allocator takes those
// first, and empties them as it does. Places that hold pointers are others than those that hold none, and a buffer may be
// part of something with pointers.
func fillOver() {
	for _, size := range sizeClasses() {
		fillClass(size, func() uintptr { return addressOf(make([]byte, size)) })
		header := uint64(0)
		if size > headerless {
			header = 1
		}
		fillClass(size, func() uintptr {
			return addressOf(make([]*byte, size/pointerSize-header)) - uintptr(header*pointerSize)
		})
	}
}

func addressOf[T any](place []T) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(place))) }

// fillClass takes places of a size until none of two chunks lay between things in use. Nothing is collected meanwhile, so
// that nobody has to hold them.
func fillClass(size uint64, take func() uintptr) {
	n := max(fillChunk/size, 16)
	chunk := make([]uintptr, n)
	for fresh, taken := 0, uint64(0); fresh < 2 && taken < fillMost; taken += n * size {
		for i := range chunk {
			chunk[i] = take()
		}
		if allFresh(chunk, size) {
			fresh++
		} else {
			fresh = 0
		}
	}
}

// allFresh tells whether places with these addresses, in the order in which they were given, are those of pages that held
// nothing: then one follows the other, and only the first of a page's does not. How much the heap grew would not tell, as
// others let it grow too. The very first may go on where an earlier chunk ended.
func allFresh(chunk []uintptr, size uint64) bool {
	for i := 1; i < len(chunk); i++ {
		if chunk[i] != chunk[i-1]+uintptr(size) && chunk[i]%pageSize != 0 {
			return false
		}
	}
	return true
}

// sizeClasses are the sizes of the places that the heap cuts its pages into. MemStats.BySize lacks the largest; the edges of
// this histogram's buckets are all of them, each and one.
func sizeClasses() []uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs-by-size:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return nil
	}
	var sizes []uint64
	for _, edge := range sample[0].Value.Float64Histogram().Buckets {
		if edge > 64 && !math.IsInf(edge, 0) { // no token is shorter
			sizes = append(sizes, uint64(edge)-1)
		}
	}
	return sizes
}

// fillStacks fills the free places that goroutines' stacks are taken from, size by size: their pages are the heap's, and
// nobody empties them when they become a stack.
func fillStacks() {
	for _, depth := range []int{512, 1 << 10, 3 << 10, 6 << 10, 12 << 10, 24 << 10} {
		done := make(chan struct{})
		var all, deep sync.WaitGroup
		for range fillStack / depth {
			deep.Add(1)
			all.Go(func() {
				scrub(depth)
				deep.Done()
				<-done // the others must not be given the same place
			})
		}
		deep.Wait()
		close(done)
		all.Wait()
	}
}

// scrub overwrites as much of the stack.
//
//go:noinline
func scrub(depth int) byte {
	var frame [256]byte
	for i := range frame { // the compiler would leave out what nobody reads
		frame[i] = byte(depth >> 30)
	}
	if depth > len(frame) {
		return scrub(depth-len(frame)) + frame[depth&255]
	}
	return frame[depth&255]
}
