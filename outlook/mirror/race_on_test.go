//go:build race

package mirror

// raceDetector says that the tests run under the race detector, which makes them ten times as slow: the long ones are shorter
// then, and whole where they run without it.
const raceDetector = true
