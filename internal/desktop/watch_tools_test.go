package desktop

import (
	"testing"
	"time"
)

func TestHIDIdleTime(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"  | |   \"HIDIdleTime\" = 1436512750\n":                          1436512750,
		"x\n | \"HIDIdleTime\" = 9000000000\n| \"HIDIdleTime\" = 12\ny\n": 12,
		"\"HIDIdleTime\" = 99999999999999999999\n\"HIDIdleTime\" = 5\r\n": 5,
		"\"HIDIdleTime\" = 18446744073709551615\n":                        1<<63 - 1,
		"\"HIDIdleTime\" = \n\"HIDIdleTimer\" = 4\n\"HIDIdleTime\"=4\n":   -1,
		"": -1,
	} {
		d, ok := hidIdleTime(text)
		if ok != (want >= 0) || ok && d != want {
			t.Errorf("%q gives %v, %v", text, d, ok)
		}
	}
}

func TestDrawsFromBattery(t *testing.T) {
	for text, want := range map[string]bool{
		"Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t71%; discharging; 3:20 remaining\n": true,
		"Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t100%; charged; 'Battery Power'\n":        false,
		"": false,
	} {
		if drawsFromBattery(text) != want {
			t.Errorf("%q", text)
		}
	}
}

func FuzzHIDIdleTime(f *testing.F) {
	f.Add("\"HIDIdleTime\" = 1436512750\n")
	f.Fuzz(func(t *testing.T, text string) {
		if d, ok := hidIdleTime(text); d < 0 || !ok && d != 0 {
			t.Errorf("%v %v", d, ok)
		}
	})
}
