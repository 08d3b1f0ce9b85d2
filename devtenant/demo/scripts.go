package demo

import (
	_ "embed" // for the texts
	"strings"
	"sync"
)

//go:embed scripts.txt
var scriptsText string

//go:embed letters.txt
var lettersText string

// script is a conversation with blanks: "# name words", "S subject", then turns "> who words" with their text. Lines
// "@ name" attach a file, "@logo" puts the company's logo into the signature.
type script struct {
	subject  string
	category string
	internal bool
	urgent   bool
	turns    []turn
}

// turn is one mail of a conversation. Who is A, B or C (the company's people), me, jonas or admin.
type turn struct {
	who, cc string
	text    string
	files   []string
	logo    bool
}

// letter is a mail that is not part of a conversation.
type letter struct {
	name, addr string
	subject    string
	text       string
	junk       bool
}

var scripts = sync.OnceValue(func() []script { return parseScripts(scriptsText) })

func parseScripts(text string) []script {
	var out []script
	for line := range strings.SplitSeq(text, "\n") {
		var s *script
		if len(out) > 0 {
			s = &out[len(out)-1]
		}
		switch {
		case strings.HasPrefix(line, "# "):
			fresh := script{}
			for _, word := range strings.Fields(line)[1:] {
				if c, ok := strings.CutPrefix(word, "category="); ok {
					fresh.category = c
				}
				fresh.internal = fresh.internal || word == "internal"
				fresh.urgent = fresh.urgent || word == "important"
			}
			out = append(out, fresh)
		case strings.HasPrefix(line, "S "):
			s.subject = line[2:]
		case strings.HasPrefix(line, "> "):
			words := strings.Fields(line[2:])
			t := turn{who: words[0]}
			for _, w := range words[1:] {
				if cc, ok := strings.CutPrefix(w, "cc="); ok {
					t.cc = cc
				}
			}
			s.turns = append(s.turns, t)
		case s == nil || len(s.turns) == 0:
		default:
			t := &s.turns[len(s.turns)-1]
			switch {
			case line == "@logo":
				t.logo = true
			case strings.HasPrefix(line, "@ "):
				t.files = append(t.files, line[2:])
			default:
				t.text += line + "\n"
			}
		}
	}
	return out
}

var letters = sync.OnceValue(func() []letter {
	var out []letter
	for line := range strings.SplitSeq(lettersText, "\n") {
		switch {
		case strings.HasPrefix(line, "# "):
			out = append(out, letter{junk: line == "# junk"})
		case strings.HasPrefix(line, "From: "):
			name, addr, _ := strings.Cut(line[len("From: "):], " <")
			out[len(out)-1].name, out[len(out)-1].addr = name, strings.TrimSuffix(addr, ">")
		case strings.HasPrefix(line, "S "):
			out[len(out)-1].subject = line[2:]
		case len(out) > 0:
			out[len(out)-1].text += line + "\n"
		}
	}
	return out
})
