// Package words gives the interface its language: English texts are their own keys, and a catalogue replaces them. It is
// not Fyne's lang package, because that one prints an error for every text of every language that it has no catalogue
// for, to anybody whose desktop is not in English.
package words

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
)

// catalogue is the language in force: English text → other language's. nil is English.
var catalogue atomic.Pointer[map[string]string]

// Use puts a catalogue in force: a JSON object of English text to translation. nil goes back to English. Texts that it
// lacks stay English.
func Use(data []byte) error {
	if data == nil {
		catalogue.Store(nil)
		return nil
	}
	var m map[string]string
	if err := json.Unmarshal(data, &m); err != nil {
		return fmt.Errorf("read translations: %w", err)
	}
	catalogue.Store(&m)
	return nil
}

// T translates a text. {{.Name}} in it stands for the field Name of data. What a field holds is put in as it is: text from
// mail cannot bring places of its own.
func T(text string, data ...map[string]any) string { return X(text, text, data...) }

// X is T for a text whose English form does not say enough to be a key, such as "May", the month.
func X(key, text string, data ...map[string]any) string {
	if m := catalogue.Load(); m != nil {
		if other, ok := (*m)[key]; ok {
			text = other
		}
	}
	if len(data) == 0 || !strings.Contains(text, "{{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{.")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}}")
		value, known := data[0][name]
		if !closed || !known {
			b.WriteString("{{.")
			text = rest
			continue
		}
		fmt.Fprint(&b, value)
		text = after
	}
}
