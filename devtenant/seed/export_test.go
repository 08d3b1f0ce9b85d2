package seed

import "testing"

// CheckKey takes a key apart and puts it together again.
func CheckKey(t *testing.T, s string) {
	r, what, ok := parseKey(s)
	if !ok {
		return
	}
	again, same, ok := parseKey(r.key(what))
	if !ok || same != what || again.messages != r.messages || again.base.Unix() != r.base.Unix() {
		t.Errorf("%q gives %q", s, r.key(what))
	}
}
