package crm

import (
	"net/mail"
	"strings"
	"testing"
	"unicode/utf8"

	"supercrm/internal/store"
)

func insertRaw(t *testing.T, db *store.DB, query string) error {
	return db.Write(t.Context(), "raw", func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), query)
		return err
	})
}

func TestNormalizeAddress(t *testing.T) {
	for name, tc := range map[string]struct{ typed, addr, key string }{
		"plain":              {"Anna@Nordwind.example", "Anna@Nordwind.example", "anna@nordwind.example"},
		"blanks":             {"\t a@b.example \n", "a@b.example", "a@b.example"},
		"with a name":        {`"Lindqvist, Anna" <anna@b.example>`, "anna@b.example", "anna@b.example"},
		"tag":                {"a+b@c.example", "a+b@c.example", "a+b@c.example"},
		"international":      {"Ü@bücher.example", "Ü@bücher.example", "ü@bücher.example"},
		"apostrophe":         {"o'hara@b.example", "o'hara@b.example", "o'hara@b.example"},
		"longest local":      {strings.Repeat("x", 64) + "@b.example", strings.Repeat("x", 64) + "@b.example", strings.Repeat("x", 64) + "@b.example"},
		"local too long":     {typed: strings.Repeat("x", 65) + "@b.example"},
		"empty":              {},
		"no at":              {typed: "anna"},
		"two ats":            {typed: "a@b@c.example"},
		"no dot":             {typed: "root@localhost"},
		"dot at the end":     {typed: "a@b."},
		"two addresses":      {typed: "a@b.example, c@d.example"},
		"quoted local part":  {typed: `"a b"@c.example`},
		"address literal":    {typed: "a@[127.0.0.1]"},
		"leading dot":        {typed: ".a@b.example"},
		"underscored domain": {typed: "a@b_c.example"},
		"dash first":         {typed: "a@-b.example"},
		"line break":         {typed: "a@b.example\nBcc: x@y.example"},
		"very long":          {typed: strings.Repeat("a", 5000)},
	} {
		t.Run(name, func(t *testing.T) {
			addr, key, ok := NormalizeAddress(tc.typed)
			if addr != tc.addr || key != tc.key || ok != (tc.addr != "") {
				t.Fatalf("got %q %q %t, want %q %q", addr, key, ok, tc.addr, tc.key)
			}
		})
	}
}

func FuzzNormalizeAddress(f *testing.F) {
	for _, s := range []string{"a@b.example", `"x" <a+b@c.example>`, "Ü@xn--bcher-kva.example", `"a b"@c.example`, "=?utf-8?q?a?= <a@b.example>", "a@[::1]", "İ@b.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		addr, key, ok := NormalizeAddress(typed)
		for _, d := range addressDomains(typed) { // must take anything too
			if d == "" || !strings.Contains(d, ".") {
				t.Fatalf("%q has the company domain %q", typed, d)
			}
		}
		if !ok {
			if addr != "" || key != "" {
				t.Fatalf("%q refused, with %q %q", typed, addr, key)
			}
			return
		}
		if len(addr) > maxAddress || !utf8.ValidString(addr) || strings.ContainsAny(addr, " \r\n\t<>,;\"") {
			t.Fatalf("%q gave %q", typed, addr)
		}
		if again, k, ok := NormalizeAddress(addr); !ok || again != addr || k != key {
			t.Fatalf("%q gave %q, which gives %q %q %t", typed, addr, again, k, ok)
		}
		if addressKey(key) != key {
			t.Fatalf("the key %q is not its own key", key)
		}
		if p, err := mail.ParseAddress(addr); err != nil || p.Address != addr {
			t.Fatalf("%q cannot be mailed to: %v", addr, err)
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Zoë", "Strauß", "ﬁ", "Łódź", "İı", "\xff", "e\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if once := fold(s); fold(once) != once {
			t.Fatalf("fold is not stable: %q, %q, %q", s, once, fold(once))
		}
	})
}
