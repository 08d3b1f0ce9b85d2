package richmail

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"supercrm/ui/kit"
)

// part is a piece of a word in one style: "foo<b>bar</b>" is one word of two parts.
type part struct {
	text  string
	style Style
	link  string
	width float32
}

// word is what is never broken where it fits a line.
type word struct {
	parts []part
	width float32
	space bool // a space before it
	line  bool // a line break before it
}

// run is what is drawn at once: words of one style in one line.
type run struct {
	part
	x      float32
	spaced bool // a space before it that belongs to no run
}

func textStyle(s Style) fyne.TextStyle {
	return fyne.TextStyle{Bold: s&Bold != 0, Italic: s&Italic != 0, Monospace: s&Mono != 0}
}

func colorOf(p part, base fyne.ThemeColorName) fyne.ThemeColorName {
	switch {
	case p.link != "":
		return theme.ColorNameHyperlink
	case p.style&Muted != 0:
		return kit.ColorMuted
	}
	return base
}

// split parts spans into words. When pre is true spaces count, and each line is one word.
func split(spans []Span, pre bool) []word {
	var words []word
	var open word
	flush := func() {
		if len(open.parts) > 0 || open.line {
			words = append(words, open)
		}
		open = word{}
	}
	for _, s := range spans {
		rest := s.Text
		for rest != "" {
			i := strings.IndexByte(rest, '\n')
			if !pre {
				i = strings.IndexAny(rest, " \n")
			}
			piece := rest
			if i >= 0 {
				piece = rest[:i]
			}
			if piece != "" {
				open.parts = append(open.parts, part{text: piece, style: s.Style, link: s.Link})
			}
			if i < 0 {
				break
			}
			switch rest[i] {
			case '\n':
				flush()
				open.line = true
			default:
				if len(open.parts) > 0 {
					flush()
				}
				open.space = true
			}
			rest = rest[i+1:]
		}
	}
	flush()
	return words
}

// wrap sets words into lines of at most a width.
func wrap(words []word, width, size float32) [][]run {
	if width <= 0 {
		return nil
	}
	var lines [][]run
	var line []run
	var at float32
	put := func(p part, space bool) {
		n := len(line)
		if n > 0 && line[n-1].style == p.style && line[n-1].link == p.link {
			if space {
				line[n-1].text += " "
			}
			line[n-1].text += p.text
			return
		}
		spaced := false
		if space && n > 0 {
			// A space before or after a link belongs to neither, so that its underline ends at the word.
			if spaced = line[n-1].link != ""; !spaced {
				line[n-1].text += " "
			}
		}
		line = append(line, run{part: p, spaced: spaced})
	}
	for i := range words {
		w := &words[i]
		if w.width == 0 {
			for j := range w.parts {
				w.parts[j].width = measured(w.parts[j].text, size, w.parts[j].style)
				w.width += w.parts[j].width
			}
		}
		if w.line {
			lines, line, at = append(lines, line), nil, 0
		}
		gap := float32(0)
		if w.space && len(line) > 0 {
			gap = spaceWidth(size, line[len(line)-1].style)
		}
		if at+gap+w.width > width+0.5 && len(line) > 0 {
			lines, line, at, gap = append(lines, line), nil, 0, 0
		}
		space := gap > 0
		at += gap
		for _, p := range w.parts {
			for at+p.width > width+0.5 {
				head := longest(p.text, width-at, size, textStyle(p.style), len(line) == 0)
				if head > 0 {
					put(part{text: p.text[:head], style: p.style, link: p.link}, space)
				}
				p.text = p.text[head:]
				p.width = measured(p.text, size, p.style)
				lines, line, at, space = append(lines, line), nil, 0, false
				if p.text == "" {
					break
				}
			}
			if p.text == "" {
				continue
			}
			put(p, space)
			space = false
			at += p.width
		}
	}
	if len(line) > 0 {
		lines = append(lines, line)
	}
	for _, l := range lines {
		place(l, size)
	}
	return lines
}

// place gives the runs of a line their positions and widths as drawn: the summed widths of words are a little off those of
// a whole run.
func place(line []run, size float32) {
	var x float32
	for i := range line {
		r := &line[i]
		if r.spaced {
			x += spaceWidth(size, 0)
		}
		r.x = x
		if i < len(line)-1 || r.link != "" || r.style&Strike != 0 {
			r.width = fyne.MeasureText(r.text, size, textStyle(r.style)).Width
		}
		x += r.width
	}
}

// measured is the width of a text. What is longer than any line is not measured, which costs more the longer it is.
func measured(text string, size float32, style Style) float32 {
	if len(text) > 600 {
		return 1e9
	}
	return fyne.MeasureText(text, size, textStyle(style)).Width
}

// longest is how many bytes of text fit a width; at least one character when must is true.
func longest(text string, width, size float32, style fyne.TextStyle, must bool) int {
	most := min(int(max(0, width)/size*6)+8, len(text)+1) // characters; few are narrower than a sixth of their height
	starts := make([]int, 0, most+1)
	for i := range text {
		if len(starts) == most {
			break
		}
		starts = append(starts, i)
	}
	if len(starts) < most {
		starts = append(starts, len(text))
	}
	lo, hi := 0, len(starts)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if fyne.MeasureText(text[:starts[mid]], size, style).Width <= width+0.5 {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	if lo == 0 && must {
		lo = 1
	}
	return starts[lo]
}

func spaceWidth(size float32, s Style) float32 {
	return fyne.MeasureText(" ", size, textStyle(s)).Width
}
