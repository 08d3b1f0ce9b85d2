package desktop

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestClockNoticesSleepAndNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slept atomic.Int64
		var net atomic.Pointer[string]
		set := func(s string) { net.Store(&s) }
		set("10.0.0.7/24")
		var n atomic.Int64
		o := &watch{w: Watcher{Awake: func() { n.Add(1) }}}
		go o.clock(t.Context(), lookEvery, func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }, func() string { return *net.Load() })
		expect := func(what string, want int64) {
			t.Helper()
			time.Sleep(2 * lookEvery)
			synctest.Wait()
			if n.Load() != want {
				t.Fatalf("%s: told %d times, want %d", what, n.Load(), want)
			}
		}
		expect("nothing happened", 0)
		slept.Add(int64(8 * time.Hour))
		expect("a night", 1)
		slept.Add(int64(5 * time.Second))
		expect("a busy machine", 1)
		slept.Add(int64(-time.Hour))
		expect("the clock was put back", 1)
		set("")
		expect("no network is no new one", 1)
		set("192.168.1.4/24")
		expect("another network", 2)
	})
}
