package richmail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// builder gathers inline text into blocks, as HTML's rules on white space want it.
type builder struct {
	doc   *Doc
	open  Block // the block that text goes to
	space bool  // a space is owed before the next word
	any   bool  // the open block has text
	runes int   // in the open block
	full  bool  // maxBlocks reached

	quote  int
	quoted bool
}

func (b *builder) start(kind Kind) {
	b.end()
	b.open = Block{Kind: kind}
}

// end closes the open block and keeps it if it says anything.
func (b *builder) end() {
	block := b.open
	b.open, b.space, b.any, b.runes = Block{Kind: Paragraph}, false, false, 0
	trimEnd(&block)
	if block.empty() && block.Kind != Rule {
		return
	}
	b.put(block)
}

func (b *builder) put(block Block) {
	if len(b.doc.Blocks) >= maxBlocks {
		b.full, b.doc.Cut = true, true
		return
	}
	block.Quote, block.Quoted = min(b.quote, 6), b.quoted
	b.doc.Blocks = append(b.doc.Blocks, block)
}

func trimEnd(block *Block) {
	for len(block.Spans) > 0 {
		last := &block.Spans[len(block.Spans)-1]
		last.Text = strings.TrimRight(last.Text, " \n\u00a0")
		if last.Text != "" {
			return
		}
		block.Spans = block.Spans[:len(block.Spans)-1]
	}
}

// text adds inline text, its white space run together.
func (b *builder) text(s string, style Style, link string) {
	s = clean(s)
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			b.add(word.String(), style, link)
			word.Reset()
		}
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' || r == '\u00a0' {
			// No-break spaces are layout in mail, not meaning: they are run together like all others.
			if b.any || word.Len() > 0 {
				b.space = true
			}
			i += n
			continue
		}
		end := i + n
		for end < len(s) {
			r, m := utf8.DecodeRuneInString(s[end:])
			if unicode.IsSpace(r) || end-i > 256 {
				break
			}
			end += m
		}
		if b.space {
			word.WriteByte(' ')
			b.space = false
		}
		word.WriteString(s[i:end])
		b.any = true
		b.runes += utf8.RuneCountInString(s[i:end]) + 1
		if b.runes > maxRunes {
			flush()
			b.part()
		}
		i = end
	}
	flush()
}

// part goes on in another block of the same kind, since drawing one very long one costs too much.
func (b *builder) part() {
	next := b.open
	next.Spans, next.Marker = nil, ""
	b.end()
	b.open = next
}

// raw adds preformatted text.
func (b *builder) raw(s string, style Style, link string) {
	s = strings.ReplaceAll(clean(strings.ReplaceAll(s, "\r\n", "\n")), "\t", "    ")
	for s != "" {
		cut := len(s)
		if room := maxRunes - b.runes; cut > room {
			cut = max(room, 1)
			for cut < len(s) && !utf8.RuneStart(s[cut]) {
				cut++
			}
			if at := strings.LastIndexByte(s[:cut], '\n'); at > 0 {
				cut = at + 1
			}
		}
		b.add(s[:cut], style, link)
		b.any = true
		b.runes += cut
		if s = s[cut:]; s != "" {
			b.part()
		}
	}
}

func (b *builder) add(s string, style Style, link string) {
	if n := len(b.open.Spans); n > 0 && b.open.Spans[n-1].Style == style && b.open.Spans[n-1].Link == link {
		b.open.Spans[n-1].Text += s
		return
	}
	// The space before a link belongs to what was before it, else it would be underlined with it.
	if n := len(b.open.Spans); n > 0 && s[0] == ' ' && b.open.Spans[n-1].Link == "" {
		b.open.Spans[n-1].Text += " "
		s = s[1:]
	}
	if s != "" {
		b.open.Spans = append(b.open.Spans, Span{s, style, link})
	}
}

// br breaks the line within the block; two of them in a row part paragraphs.
func (b *builder) br(style Style) {
	b.space = false
	if !b.any {
		return
	}
	if n := len(b.open.Spans); n > 0 && strings.HasSuffix(b.open.Spans[n-1].Text, "\n") && b.open.Kind == Paragraph {
		b.part()
		return
	}
	b.add("\n", style, "")
}

// clean drops what is only there to deceive or to pad: zero-width fillers of preview texts, direction overrides, controls.
func clean(s string) string {
	if !strings.ContainsFunc(s, dropped) && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError {
			return '\uFFFD'
		}
		if dropped(r) {
			return -1
		}
		return r
	}, s)
}

func dropped(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return false
	case r < 0x20 || r == 0x7f || r == 0xad || r == 0x34f || r == 0x200b || r == 0xfeff:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
