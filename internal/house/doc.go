// Package house holds the tests that keep the rules of the house: who may import whom, how long a file may be, what a
// package must say about itself, which libraries are pinned. It has no code of its own, and no rule about behaviour.
package house
