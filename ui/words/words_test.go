package words

import "testing"

func TestTexts(t *testing.T) {
	t.Cleanup(func() { Use(nil) })
	fields := map[string]any{"Name": "Anna", "N": 3, "Evil": "{{.Name}}"}
	for in, want := range map[string]string{
		"Plain":                         "Plain",
		"Hello {{.Name}}, {{.N}} mails": "Hello Anna, 3 mails",
		"Subject {{.Evil}}":             "Subject {{.Name}}",
		"Unknown {{.Other}} {{.N}}":     "Unknown {{.Other}} 3",
		"Broken {{.Name":                "Broken {{.Name",
		"":                              "",
	} {
		if got := T(in, fields); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if err := Use([]byte(`{"Hello {{.Name}}": "{{.Name}}, guten Tag", "month.May": "Mai"}`)); err != nil {
		t.Fatal(err)
	}
	if got := T("Hello {{.Name}}", fields); got != "Anna, guten Tag" {
		t.Errorf("got %q", got)
	}
	if got := X("month.May", "May"); got != "Mai" {
		t.Errorf("got %q", got)
	}
	if got := T("Not translated"); got != "Not translated" {
		t.Errorf("got %q", got)
	}
	if err := Use([]byte("[]")); err == nil {
		t.Error("a catalogue that is no object was taken")
	}
}

func FuzzT(f *testing.F) {
	f.Add("Hello {{.Name}}", "x")
	f.Add("{{.{{.Name}}}}", "{{.Name}}")
	f.Fuzz(func(t *testing.T, text, value string) { T(text, map[string]any{"Name": value}) })
}
