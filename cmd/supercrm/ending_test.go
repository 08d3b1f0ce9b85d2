package main

import (
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestEndingClosesInReverseOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var did []string
		e := newEnding(slog.New(slog.DiscardHandler))
		e.exit = func(int) { t.Error("ended by force although the loop returned") }
		e.add(func() { did = append(did, "file") })
		e.add(func() {
			did = append(did, "mirror")
			if !e.begun() {
				t.Error("a step that does not know that all is closed")
			}
		})
		e.expect()
		e.expect()
		time.Sleep(returnTime / 2)
		e.run()
		e.run()
		time.Sleep(2 * returnTime)
		if !slices.Equal(did, []string{"mirror", "file"}) {
			t.Errorf("closed %v", did)
		}
	})
}

func TestEndingDoesNotWaitForALoopThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed, code := false, -1
		e := newEnding(slog.New(slog.DiscardHandler))
		e.exit = func(c int) { code = c }
		e.add(func() { closed = true })
		time.Sleep(10 * returnTime)
		if closed {
			t.Fatal("ended unasked")
		}
		e.expect()
		time.Sleep(returnTime + time.Second)
		synctest.Wait()
		if !closed || code != 0 {
			t.Errorf("closed: %v, exit code %d", closed, code)
		}
	})
}
