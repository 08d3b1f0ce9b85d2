package contract

import (
	"net/http"
	"sync"
	"testing"
)

// maxMistakes is how many a test is told of.
const maxMistakes = 15

// Observer is told of each exchange, after it was answered; it may be called from any goroutine.
type Observer func(r *http.Request, body []byte, status int, header http.Header, answer []byte)

// Watch gives an observer that compares everything it is told of with the description, and fails the test for the
// mistakes when it ends. Cleanups registered after the call run before the mistakes are told, so start the server then.
// Without a description it gives nil.
func Watch(t testing.TB) Observer {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if c == nil {
		return nil
	}
	var mu sync.Mutex
	var found []string
	seen := map[string]bool{}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, m := range found {
			t.Errorf("not as Microsoft describes it: %s", m)
		}
	})
	return func(r *http.Request, body []byte, status int, header http.Header, answer []byte) {
		mistakes := c.Mistakes(r, body, status, header, answer)
		mu.Lock()
		defer mu.Unlock()
		for _, m := range mistakes {
			if !seen[m] && len(found) < maxMistakes {
				seen[m] = true
				found = append(found, m)
			}
		}
	}
}
