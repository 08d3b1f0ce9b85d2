package session

import "testing"

// BenchmarkForget is what a sign-in and a sign-out cost for emptying memory, with a heap as a filled window has it.
func BenchmarkForget(b *testing.B) {
	var held [][]byte
	for i := range 400_000 {
		if text := make([]byte, 64+i%2000); i%7 == 0 {
			held = append(held, text)
		}
	}
	s := New(Options{})
	defer s.Close()
	for b.Loop() {
		s.forget(b.Context())
	}
	b.ReportMetric(float64(len(held)), "held")
}
