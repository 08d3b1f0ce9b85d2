package desktop

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// hidIdleTime finds in what ioreg prints of IOHIDSystem how long there was no input: a line such as
//
//	| |   "HIDIdleTime" = 1436512750
//
// in nanoseconds. The shortest counts where there are several.
func hidIdleTime(text string) (least time.Duration, ok bool) {
	for line := range strings.Lines(text) {
		_, rest, found := strings.Cut(line, `"HIDIdleTime" = `)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(rest), 10, 64)
		if err != nil {
			continue
		}
		d := time.Duration(min(n, math.MaxInt64))
		if !ok || d < least {
			least, ok = d, true
		}
	}
	return least, ok
}

// drawsFromBattery reads the first line of pmset -g batt: Now drawing from 'Battery Power'.
func drawsFromBattery(text string) bool {
	line, _, _ := strings.Cut(text, "\n")
	return strings.Contains(line, "'Battery Power'")
}
