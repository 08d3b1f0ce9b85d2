package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"

	"modernc.org/sqlite"

	"supercrm/internal/plain"
)

// The functions that the schema's triggers use to keep the full-text index (migrations/0004_search.sql). They are known to
// every connection of this process; another program can read the file, but not write to the rows that are searched.
func init() {
	for name, f := range map[string]struct {
		args int32
		call func(args []driver.Value) (driver.Value, error)
	}{
		"search_doc":     {3, searchDoc},
		"search_text":    {2, searchText},
		"search_letters": {1, func(a []driver.Value) (driver.Value, error) { return plain.Letters(text(a[0])), nil }},
		"search_people":  {1, func(a []driver.Value) (driver.Value, error) { return namesIn(text(a[0])), nil }},
	} {
		sqlite.MustRegisterDeterministicScalarFunction(name, f.args, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			return f.call(args)
		})
	}
}

func text(v driver.Value) string {
	switch s := v.(type) {
	case string:
		return s
	case []byte:
		return string(s)
	}
	return ""
}

// Doc is the full-text index's rowid of a row: see migrations/0004_search.sql. at is in milliseconds since 1970, UTC; its
// minute counts. It is bounded to what 28 bits of minutes hold, the years 1970 to 2480.
func Doc(kind int, at, id int64) int64 {
	return int64(kind)<<60 | (maxMinute-max(0, min(maxMinute, at/60_000)))<<32 | id&0xffffffff
}

const maxMinute = 1<<28 - 1

// searchDoc is Doc for SQL. A NULL time is a kind's that has none.
func searchDoc(args []driver.Value) (driver.Value, error) {
	kind, ok1 := args[0].(int64)
	id, ok2 := args[2].(int64)
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("search_doc: kind and id must be integers")
	}
	at, ok := args[1].(int64)
	if !ok {
		return kind<<60 | id, nil
	}
	return Doc(int(kind), at, id), nil
}

// searchText gives the words of a body of that type (html, text).
func searchText(args []driver.Value) (driver.Value, error) {
	body := text(args[1])
	if text(args[0]) == "html" {
		body = plain.HTML(body)
	}
	return plain.Letters(plain.Cut(body, plain.MaxText)), nil
}

// namesIn collects every "name" and "addr" of a JSON text, wherever it stands. What is no JSON has none.
func namesIn(list string) string {
	if len(list) <= 2 { // [] or {}
		return ""
	}
	var v any
	if json.Unmarshal([]byte(list), &v) != nil {
		return ""
	}
	var out strings.Builder
	collectNames(v, &out)
	return plain.Letters(strings.TrimSpace(out.String()))
}

func collectNames(v any, out *strings.Builder) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collectNames(e, out)
		}
	case map[string]any:
		for _, key := range []string{"name", "addr"} {
			if s, ok := v[key].(string); ok {
				out.WriteString(" " + s)
			}
		}
		for _, key := range []string{"to", "cc", "bcc", "replyTo"} {
			collectNames(v[key], out)
		}
	}
}
