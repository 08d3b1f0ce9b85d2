package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"supercrm/assets"
)

// BenchmarkSearch takes 1,000 queries of all sorts through 100,000 messages, as a search box shows them, and gives what 95
// of 100 stay below.
func BenchmarkSearch(b *testing.B) {
	m := filled(b, 100_000)
	ctx := b.Context()
	f := &filler{rnd: rand.New(rand.NewPCG(7, 7))}
	f.tail = rand.NewZipf(f.rnd, 1.2, 20, vocabulary-1)
	common := []string{"thank", "delivery", "pallets", "quote", "drawing", "invoice", "purchasing", "anna", "discount", "maya"}
	pick := func() string { return common[f.rnd.IntN(len(common))] }
	customers := assets.DemoCustomers()
	address := func() string { // being typed
		people := customers[f.rnd.IntN(len(customers))].People
		addr := people[f.rnd.IntN(len(people))].Email
		at := strings.IndexByte(addr, '@')
		return addr[:at+1+f.rnd.IntN(len(addr)-at)]
	}
	kinds := []func() string{
		pick, f.word,
		func() string { return pick()[:1+f.rnd.IntN(4)] },                        // being typed
		func() string { w := f.word(); return w[:min(len(w), 3+f.rnd.IntN(3))] }, // being typed
		func() string { return pick() + " " + f.word() },
		func() string { return pick() + " " + pick() + " " + pick() },
		func() string { return `"written quote by wednesday"` },
		func() string { return "from:" + pick()[:3] + " " + f.word() },
		func() string { return "from:anna " + pick() },
		func() string {
			return "subject:" + []string{"offer", "invoice", "complaint"}[f.rnd.IntN(3)] + " " + pick()
		},
		func() string { return pick() + " has:attachment" },
		func() string { return pick() + " after:2y before:6m" },
		func() string { return "in:projects " + pick() },
		func() string { return "in:archive " + f.word() },
		func() string { return pick() + " -" + f.word() },
		func() string { return "before:1y is:flagged" },
		address,
		func() string { return "from:" + address() },
		func() string { return "in:inbox -" + f.word() },
		func() string { return "in:projects -" + pick() + " " },
		func() string { return pick() + " -has:attachment" },
	}
	queries := make([]string, 1000)
	for i := range queries {
		queries[i] = kinds[i%len(kinds)]()
	}
	took := map[int][]time.Duration{}
	var all []time.Duration
	for b.Loop() {
		for i, text := range queries {
			began := time.Now()
			if _, err := m.FindMessages(ctx, m.ParseSearch(text), 20); err != nil {
				b.Fatal(err)
			}
			took[i%len(kinds)] = append(took[i%len(kinds)], time.Since(began))
			all = append(all, time.Since(began))
		}
	}
	for i := range kinds {
		b.Logf("%-34q p95 %v", queries[i], p95(took[i]))
	}
	b.ReportMetric(float64(p95(all).Nanoseconds()), "ns/op")
}

func p95(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)*95/100]
}
