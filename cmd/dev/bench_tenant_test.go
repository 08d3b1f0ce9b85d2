package main

import "testing"

func TestResidentMB(t *testing.T) {
	for text, want := range map[string]float64{
		"Name:\tx\nVmHWM:\t  9 kB\nVmRSS:\t  2048 kB\n": 2, "VmRSS:": 0, "VmRSS: much kB": 0, "": 0, "VmRSS: -3 kB": 0,
	} {
		if got := residentMB(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
