package richmail

import (
	"strings"
)

// Plain reads a body of plain text: blank lines part paragraphs, ">" marks quotes, addresses become links.
func Plain(source string) *Doc {
	d := &Doc{}
	if len(source) > MaxBytes {
		source, d.Cut = source[:MaxBytes], true
	}
	b := &builder{doc: d, open: Block{Kind: Paragraph}}
	source = strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n")
	for line := range strings.SplitSeq(source, "\n") {
		if b.full {
			break
		}
		depth, rest := quoteDepth(line)
		if depth != b.quote {
			b.end()
			b.quote = depth
		}
		if strings.TrimSpace(rest) == "" {
			b.end()
			continue
		}
		if isRule(rest) {
			b.start(Rule)
			b.end()
			continue
		}
		if original.MatchString(rest) {
			b.end()
		}
		if b.any {
			b.br(0)
		}
		b.text(rest, 0, "")
	}
	b.end()
	finish(d)
	return d
}

// quoteDepth counts the ">" that begin a line.
func quoteDepth(line string) (int, string) {
	n := 0
	for {
		t := strings.TrimLeft(line, " ")
		if !strings.HasPrefix(t, ">") || strings.HasPrefix(t, ">From ") {
			if n == 0 {
				return 0, line
			}
			return n, line
		}
		n++
		line = strings.TrimPrefix(t[1:], " ")
	}
}

// isRule tells whether a line is drawn of underscores or hyphens only.
func isRule(line string) bool {
	t := strings.TrimSpace(line)
	return len(t) >= 8 && (strings.Trim(t, "_") == "" || strings.Trim(t, "-") == "" || strings.Trim(t, "=") == "")
}

// finish is done with every document: links are found, and where the history begins.
func finish(d *Doc) {
	for i := range d.Blocks {
		block := &d.Blocks[i]
		if block.Kind == Paragraph || block.Kind == Item || block.Kind == Heading || block.Kind == Pre {
			block.Spans = linkify(block.Spans)
		}
		for _, row := range block.Rows {
			for c := range row {
				row[c].Spans = linkify(row[c].Spans)
			}
		}
	}
	for n := len(d.Blocks); n > 0 && d.Blocks[n-1].Kind == Rule; n = len(d.Blocks) {
		d.Blocks = d.Blocks[:n-1]
	}
	for len(d.Blocks) > 0 && d.Blocks[0].Kind == Rule {
		d.Blocks = d.Blocks[1:]
	}
	d.History = history(d.Blocks)
}
