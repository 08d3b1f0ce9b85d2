package richmail

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// table draws what is a table to the reader as one, and reads what is only layout (most tables in mail) cell by cell.
func (w *walker) table(n *html.Node, l look) {
	w.end()
	rows := tableRows(n)
	if w.tables == 0 {
		if grid := w.grid(rows, l); grid != nil {
			w.put(Block{Kind: Table, Rows: grid})
			return
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && c.Data == "caption" {
			w.node(c, l)
		}
	}
	for _, row := range rows {
		if w.full {
			return
		}
		if hidden(row) {
			continue
		}
		cells := rowCells(row)
		if len(cells) > 1 && w.short(cells) {
			w.end()
			for i, cell := range cells {
				if i > 0 && w.any {
					w.text(" · ", l.style|Muted, "")
				}
				w.inline(cell, l)
			}
			w.end()
			continue
		}
		for _, cell := range cells {
			w.node(cell, l)
		}
	}
	w.end()
}

// inline walks a cell whose content is known to be one line.
func (w *walker) inline(cell *html.Node, l look) {
	if cell.Data == "th" {
		l.style |= Bold
	}
	l.head = 1 // blocks within do not part it
	for c := cell.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, l)
	}
}

func tableRows(n *html.Node) []*html.Node {
	var rows []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		switch c.Data {
		case "tr":
			rows = append(rows, c)
		case "tbody", "thead", "tfoot":
			rows = append(rows, tableRows(c)...)
		}
	}
	return rows
}

// rowCells are the cells of a row that say anything.
func rowCells(row *html.Node) []*html.Node {
	var cells []*html.Node
	for c := row.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (c.Data == "td" || c.Data == "th") && !hidden(c) {
			cells = append(cells, c)
		}
	}
	return cells
}

// short tells whether the cells of a row can stand in one line.
func (w *walker) short(cells []*html.Node) bool {
	full, all := 0, 0
	for _, c := range cells {
		n, simple := measure(c, 0)
		if !simple {
			return false
		}
		if n > 0 {
			full++
		}
		all += n
	}
	return full > 1 && all <= 120
}

// measure counts a cell's characters and tells whether it has only inline content.
func measure(n *html.Node, depth int) (count int, simple bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.TextNode:
			count += utf8.RuneCountInString(strings.TrimSpace(strings.ReplaceAll(c.Data, "\u00a0", " ")))
		case c.Type != html.ElementNode || dropElement[c.Data]:
		case c.Data == "table", c.Data == "ul", c.Data == "ol", c.Data == "blockquote", c.Data == "pre", c.Data == "hr":
			return count, false
		case (c.Data == "p" || c.Data == "div") && depth > 0 && sibling(c, func(n *html.Node) *html.Node { return n.NextSibling }) != nil:
			return count, false
		default:
			m, ok := measure(c, depth+1)
			if count += m; !ok {
				return count, false
			}
		}
		if count > 600 {
			return count, false
		}
	}
	return count, true
}

// grid returns the cells of a table of data, or nil: at least two rows with two columns, few words in each.
func (w *walker) grid(rows []*html.Node, l look) [][]Cell {
	if len(rows) < 2 || len(rows) > maxRows {
		return nil
	}
	wide, columns := 0, 0
	for _, row := range rows {
		cells, full := rowCells(row), 0
		for _, c := range cells {
			n, simple := measure(c, 0)
			if !simple || n > 200 {
				return nil
			}
			if n > 0 {
				full++
			}
		}
		if full > 1 {
			wide++
		}
		columns = max(columns, len(cells))
	}
	if wide < 2 || columns > maxCells {
		return nil
	}
	var grid [][]Cell
	for _, row := range rows {
		if hidden(row) {
			continue
		}
		var line []Cell
		said := false
		for _, c := range rowCells(row) {
			sub := &walker{builder: builder{doc: &Doc{}, open: Block{Kind: Paragraph}}, names: w.names, tables: 1}
			sub.inline(c, l)
			sub.end()
			w.doc.Remote += sub.doc.Remote
			cell := Cell{Head: c.Data == "th"}
			for _, b := range sub.doc.Blocks {
				if len(cell.Spans) > 0 {
					cell.Spans = append(cell.Spans, Span{Text: "\n"})
				}
				cell.Spans = append(cell.Spans, b.Spans...)
			}
			said = said || len(cell.Spans) > 0
			line = append(line, cell)
		}
		if said {
			grid = append(grid, line)
		}
	}
	return dropEmptyColumns(grid, columns)
}

// dropEmptyColumns takes out those that only make room.
func dropEmptyColumns(grid [][]Cell, columns int) [][]Cell {
	for col := columns - 1; col >= 0; col-- {
		empty := true
		for _, row := range grid {
			if col < len(row) && strings.TrimSpace(spansText(row[col].Spans)) != "" {
				empty = false
				break
			}
		}
		if !empty {
			continue
		}
		for i, row := range grid {
			if col < len(row) {
				grid[i] = append(row[:col:col], row[col+1:]...)
			}
		}
	}
	return grid
}
