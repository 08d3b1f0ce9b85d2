package demo

import (
	"html"
	"regexp"
	"strings"
)

var (
	linkMark = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	boldMark = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	italMark = regexp.MustCompile(`\*([^*]+)\*`)
)

func inline(s string) string {
	s = html.EscapeString(s)
	if !strings.ContainsAny(s, "[*") { // most lines: the expressions would be the larger part of the work
		return s
	}
	s = linkMark.ReplaceAllString(s, `<a href="$2">$1</a>`)
	s = boldMark.ReplaceAllString(s, `<b>$1</b>`)
	return italMark.ReplaceAllString(s, `<i>$1</i>`)
}

const elementStyle = `class="elementToProof" style="font-family: Aptos, Calibri, Helvetica, sans-serif; font-size: 11pt; color: rgb(0, 0, 0);"`

// toHTML writes the small markup of the texts as Outlook writes HTML: a div for each line, an empty one with <br>
// between paragraphs; "* " and "1. " make lists, "|" tables (the first row is the head), "## " a heading.
func toHTML(text string) string {
	var out strings.Builder
	list, table := "", false
	closeAll := func() {
		if list != "" {
			out.WriteString("</" + list + ">")
			list = ""
		}
		if table {
			out.WriteString("</tbody></table>")
			table = false
		}
	}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		line = strings.TrimSpace(line)
		number := len(line) > 3 && line[0] >= '1' && line[0] <= '9' && line[1:3] == ". "
		switch {
		case strings.HasPrefix(line, "* ") || number:
			kind, item := "ul", line[2:]
			if number {
				kind, item = "ol", line[3:]
			}
			if list != kind {
				closeAll()
				out.WriteString("<" + kind + ">")
				list = kind
			}
			out.WriteString(`<li><span ` + elementStyle + `>` + inline(item) + "</span></li>")
		case strings.HasPrefix(line, "|"):
			cell := "td"
			if !table {
				closeAll()
				out.WriteString(`<table style="border-collapse: collapse; font-family: Aptos, Calibri, sans-serif; font-size: 11pt;"><tbody>`)
				table, cell = true, "th"
			}
			out.WriteString("<tr>")
			for c := range strings.SplitSeq(strings.Trim(line, "| "), "|") {
				out.WriteString("<" + cell + ` style="border: 1px solid rgb(171, 171, 171); padding: 3px 8px; text-align: left;">` + inline(strings.TrimSpace(c)) + "</" + cell + ">")
			}
			out.WriteString("</tr>")
		default:
			closeAll()
			switch {
			case line == "":
				out.WriteString(`<div ` + elementStyle + `><br></div>`)
			case strings.HasPrefix(line, "## "):
				out.WriteString(`<h2 style="font-family: Aptos, Calibri, sans-serif;">` + inline(line[3:]) + "</h2>")
			default:
				out.WriteString(`<div ` + elementStyle + `>` + inline(line) + "</div>")
			}
		}
		out.WriteString("\r\n")
	}
	closeAll()
	return out.String()
}

// toPlain writes the markup as the plain text of a mail.
func toPlain(text string) string {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "[") {
		text = linkMark.ReplaceAllString(text, "$1 <$2>")
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "**", ""), "## ", "")
	return strings.ReplaceAll(text, "\n", "\r\n")
}

func htmlDocument(body string) string {
	return `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head><body dir="ltr">` + body + "</body></html>"
}
