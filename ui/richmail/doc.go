// Package richmail turns the body of a mail, HTML as anybody on the internet may have sent it or plain text, into blocks
// that Fyne can draw: paragraphs, headings, lists, tables, quotes. It runs nothing, loads nothing from the network and
// ignores the author's colours and fonts, so that every mail is readable in light and dark. It is not a browser: layout
// that does not carry meaning is dropped, and a mail can be opened in the person's browser instead.
package richmail

import (
	"strings"
)

// Kind says what a block is.
type Kind int

// The kinds of blocks.
const (
	Paragraph Kind = iota
	Heading        // Level 1…6
	Item           // of a list: Marker stands before it, Indent levels deep
	Pre            // preformatted: spaces and line breaks count
	Rule           // a horizontal line
	Table          // Rows
)

// Style is how a span looks, as bits.
type Style uint8

// The bits of a Style.
const (
	Bold Style = 1 << iota
	Italic
	Mono
	Strike
	Muted
)

// Span is a run of text in one style. "\n" in its text breaks the line. Link is a checked address (see SafeLink) or "".
type Span struct {
	Text  string
	Style Style
	Link  string
}

// Block is one paragraph or the like. Quote is how deep it stands in quotations, Quoted that it belongs to the history
// below an answer.
type Block struct {
	Kind   Kind
	Level  int
	Indent int
	Marker string
	Quote  int
	Quoted bool
	Spans  []Span
	Rows   [][]Cell
}

// Cell is one cell of a table.
type Cell struct {
	Head  bool
	Spans []Span
}

// Doc is a mail's body, ready to be drawn. It is immutable and may be read by any number of goroutines.
type Doc struct {
	Blocks []Block
	// History is the index of the first block of the quoted history at the end, or len(Blocks).
	History int
	// Remote counts pictures that would have to be loaded from the internet; pixels that only track do not count.
	Remote int
	// Cut tells that the body was too long and its end is missing.
	Cut bool
}

// The bounds that keep any body, however made, quick to read and to draw.
const (
	MaxBytes  = 1 << 20 // of the source that is looked at
	maxBlocks = 5000
	maxRunes  = 1500 // of one block; longer ones are parted
	maxCells  = 8    // columns of a table that is drawn as one
	maxRows   = 200
)

// Text is what the spans say.
func spansText(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Text is the whole body as plain text: blocks parted by blank lines, quotes marked by "> ".
func (d *Doc) Text() string {
	var b strings.Builder
	for i, block := range d.Blocks {
		if i > 0 {
			tight := block.Kind == Item && d.Blocks[i-1].Kind == Item
			b.WriteString("\n")
			if !tight {
				b.WriteString(strings.TrimRight(strings.Repeat("> ", min(block.Quote, d.Blocks[i-1].Quote)), " ") + "\n")
			}
		}
		prefix := strings.Repeat("> ", block.Quote)
		for n, line := range strings.Split(block.text(), "\n") {
			if n > 0 {
				b.WriteString("\n")
			}
			b.WriteString(prefix + line)
		}
	}
	return b.String()
}

func (b *Block) text() string {
	switch b.Kind {
	case Rule:
		return "----------"
	case Item:
		return strings.Repeat("  ", max(0, b.Indent-1)) + b.Marker + " " + spansText(b.Spans)
	case Table:
		lines := make([]string, len(b.Rows))
		for i, row := range b.Rows {
			cells := make([]string, len(row))
			for j, c := range row {
				cells[j] = strings.ReplaceAll(spansText(c.Spans), "\n", " ")
			}
			lines[i] = strings.Join(cells, "\t")
		}
		return strings.Join(lines, "\n")
	}
	return spansText(b.Spans)
}

func (b *Block) empty() bool {
	return b.Kind != Rule && b.Kind != Table && strings.TrimSpace(spansText(b.Spans)) == ""
}
