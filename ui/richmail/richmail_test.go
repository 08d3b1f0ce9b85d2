package richmail

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// outline writes a document in short, for comparing: kind, quote depth, text with *bold*, _italic_, [text](link).
func outline(d *Doc) string {
	var b strings.Builder
	for i, block := range d.Blocks {
		if i == d.History {
			b.WriteString("~~~\n")
		}
		b.WriteString(strings.Repeat(">", block.Quote))
		switch block.Kind {
		case Heading:
			fmt.Fprintf(&b, "h%d ", block.Level)
		case Item:
			fmt.Fprintf(&b, "%d%s ", block.Indent, block.Marker)
		case Pre:
			b.WriteString("pre ")
		case Rule:
			b.WriteString("---")
		case Table:
			for _, row := range block.Rows {
				for j, c := range row {
					if j > 0 {
						b.WriteString("|")
					}
					b.WriteString(marked(c.Spans))
				}
				b.WriteString(";")
			}
		}
		b.WriteString(strings.ReplaceAll(marked(block.Spans), "\n", "/") + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func marked(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		t := s.Text
		if s.Style&Bold != 0 {
			t = "*" + t + "*"
		}
		if s.Style&Italic != 0 {
			t = "_" + t + "_"
		}
		if s.Link != "" {
			t = "[" + t + "](" + s.Link + ")"
		}
		b.WriteString(t)
	}
	return b.String()
}

func TestHTML(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"paragraphs":         {"<p>One\n  two</p><p>Three</p>", "One two\nThree"},
		"styles":             {"a <b>b</b> <i>c</i><span style='font-weight: bold'>d</span>", "a *b *_c_*d*"},
		"breaks":             {"a<br>b<br><br>c", "a/b\nc"},
		"lines of divs":      {"<div>Hi,</div><div>there</div><div><br></div><div>Bye</div>", "Hi,/there\nBye"},
		"lists":              {"<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul><ol start=3><li>d</ol>", "1• a\n2◦ b\n1• c\n13. d"},
		"heading":            {"<h2>Title <b>x</b></h2>text", "h2 Title *x*\ntext"},
		"pre":                {"<pre>a  b\n\tc</pre>", "pre a  b/    c"},
		"rule":               {"a<hr>b", "a\n---\nb"},
		"table":              {"<table><tr><th>A<th>B</tr><tr><td>1<td><b>2</b></table>", "*A*|*B*;1|*2*;"},
		"layout table":       {"<table><tr><td><p>One</p><p>Two</p></td><td><table><tr><td>Three</td></tr></table></td></tr></table>", "One\nTwo\nThree"},
		"footer table":       {"<table><tr><td>Help</td><td>Terms</td></tr></table>", "Help · Terms"},
		"one column":         {"<table><tr><td>One</td></tr><tr><td>Two</td></tr></table>", "One\nTwo"},
		"spacer columns":     {"<table><tr><td>A<td>&nbsp;<td>B</tr><tr><td>1<td> <td>2</table>", "A|B;1|2;"},
		"quote":              {"x<blockquote>q<blockquote>r</blockquote></blockquote>y", "x\n>q\n>>r\ny"},
		"links":              {`<a href="https://x.example/a">x</a> <a href="javascript:alert(1)">y</a> <a href="data:text/html,z">z</a> <a href="file:///etc">f</a>`, "[x](https://x.example/a) y z f"},
		"disguised scheme":   {"<a href='java\nscript:alert(1)'>y</a><a href=' https://a.example'>z</a>", "y[z](https://a.example)"},
		"bare links":         {"see https://a.example/b. or (www.c.example) or me@d.example!", "see [https://a.example/b](https://a.example/b). or ([www.c.example](https://www.c.example)) or [me@d.example](mailto:me@d.example)!"},
		"nothing runs":       {"<script>a()</script><style>p{}</style><!-- c --><form><input value=v><button>b</button>kept</form><iframe src=x>i</iframe><svg><text>s</text></svg><title>t</title>", "kept"},
		"hidden":             {"<div style='display : none'>no</div><span style='font-size:0px'>no</span><p hidden>no</p><p>yes</p>", "yes"},
		"padding characters": {"a\u200b\u034f\ufeff &nbsp;&nbsp; b\u202ec", "a bc"},
		"unclosed":           {"<p><b>a<p>b<i>c", "*a*\n*b*_*c*_"},
		"not even HTML":      {"<<<>>> a < b &unknown; &amp", "<<<>>> a < b &unknown; &"},
		"empty":              {"<html><body>  &nbsp; </body></html>", ""},
		"inline picture":     {"a<img src='cid:one'>b", "a [plan.png] b"},
		"alt text":           {"<img src='https://x.example/a.png' alt='Our logo'>b", "Our logo b"},
		"gmail":              {"Yes.<div class='gmail_quote'>On Monday A wrote:<blockquote>Q?</blockquote></div>", "Yes.\n~~~\nOn Monday A wrote:\n>Q?"},
		"reply below":        {"<div class='gmail_quote'><blockquote>Q?</blockquote></div><p>Yes.</p>", ">Q?\nYes."},
		"outlook on the web": {"<div>Yes.</div><hr><div id='x_divRplyFwdMsg'><b>From:</b> A</div><div>Q?</div>", "Yes.\n~~~\n---\n*From: *A\nQ?"},
		"outlook":            {"<p>Yes.</p><div style='border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> A<br><b>Sent:</b> Monday<br><b>Subject:</b> S</p></div><p>Q?</p>", "Yes.\n~~~\n*From: *A/*Sent: *Monday/*Subject: *S\nQ?"},
		"german outlook":     {"<p>Ja.</p><p>Von: A</p><p>Gesendet: Montag</p><p>Q?</p>", "Ja.\n~~~\nVon: A\nGesendet: Montag\nQ?"},
		"only a forward":     {"<p>From: A<br>Sent: Monday</p><p>Q?</p>", "From: A/Sent: Monday\nQ?"},
		"from is a word":     {"<p>Hello</p><p>From: our office in Ulm</p><p>we write</p>", "Hello\nFrom: our office in Ulm\nwe write"},
		"wrote and quote":    {"<p>Yes.</p><p>A schrieb am Montag:</p><blockquote>Q?</blockquote>", "Yes.\n~~~\nA schrieb am Montag:\n>Q?"},
	} {
		d := HTML(c.in, map[string]string{"one": "plan.png"})
		if got := outline(d); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestPlain(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"paragraphs": {"One\r\ntwo\r\n\r\nThree", "One/two\nThree"},
		"quote":      {"Yes.\n\nOn Monday A wrote:\n> Q?\n>> P\n", "Yes.\n~~~\nOn Monday A wrote:\n>Q?\n>>P"},
		"between":    {"> Q?\nYes.\n> R?\nNo.", ">Q?\nYes.\n>R?\nNo."},
		"original":   {"Yes.\n-----Original Message-----\nFrom: A", "Yes.\n~~~\n-----Original Message-----/From: A"},
		"tags":       {"a <b>c</b>", "a <b>c</b>"},
	} {
		if got := outline(Plain(c.in)); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestRemotePicturesAreCountedWithoutTrackers(t *testing.T) {
	d := HTML(`<img src="https://a.example/1.png"><img src=//b.example/2.png width=600><img src="http://c.example/t.gif" width="1" height="1"><img src="cid:x"><img src="data:image/png;base64,AA">`, nil)
	if d.Remote != 2 {
		t.Fatal(d.Remote)
	}
}

func TestDeceptiveLinks(t *testing.T) {
	for _, c := range []struct {
		text, link string
		want       bool
	}{
		{"https://bank.example", "https://evil.example/bank.example", true},
		{"www.bank.example/login", "https://bank.example.evil.example", true},
		{"bank.com", "https://www.bank.com/a", false},
		{"mail.bank.co.uk", "https://bank.co.uk", false},
		{"a.co.uk", "https://b.co.uk", true},
		{"click here", "https://evil.example", false},
		{"report.pdf", "https://files.example/1", false},
		{"Dr. Who", "https://files.example/1", false},
		{"here", "https://bank.com@evil.example/", true},
		{"bаnk.com", "https://xn--bnk-6cd.com/", false}, // Cyrillic a, and it does lead there
		{"bank.com", "https://xn--bnk-6cd.com/", true},
		{"bank.com", "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fbank.com%2Fa&data=1", false},
		{"bank.com", "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Fa", true},
		{"a@bank.com", "mailto:b@evil.example", false},
	} {
		if _, _, got := Deceptive(c.text, SafeLink(c.link)); got != c.want {
			t.Errorf("%q → %s: %v", c.text, c.link, got)
		}
	}
}

func TestTargetShowsWhereItLeads(t *testing.T) {
	for in, want := range map[string]string{
		"https://user:pw@bаnk.com/x":                                                  "https://xn--bnk-6cd.com/x",
		"mailto:a%2Bb@x.example?subject=Hi":                                           "a+b@x.example",
		"https://n.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.example%2Fa": "https://x.example/a",
	} {
		if got := Target(SafeLink(in)); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

func TestTextIsWhatIsShown(t *testing.T) {
	d := HTML("<h1>T</h1><p>a<br>b</p><ul><li>x</li><li>y</li></ul><blockquote>q</blockquote><table><tr><td>1<td>2</tr><tr><td>3<td>4</tr></table>", nil)
	if got, want := d.Text(), "T\n\na\nb\n\n• x\n• y\n\n> q\n\n1\t2\n3\t4"; got != want {
		t.Fatalf("%q", got)
	}
}

func TestBrowserPageHasNothingThatRuns(t *testing.T) {
	out, err := BrowserPage(`<b>"`, `<html><head><style>p{color:red}</style><script>x()</script><base href="https://e.example"><meta http-equiv=refresh content="0;url=https://e.example"></head>
		<body onload="x()"><p onclick=x() style="color:red">Hi <a href="javascript:x()">y</a><a href="https://ok.example">z</a></p><img src="https://a.example/p.png" onerror=x()>
		<form action="https://e.example"><input name=p type=password></form><iframe src="https://e.example"></iframe><svg onload=x()></svg><object data=x></object><!--[if mso]>x<![endif]--></body>`)
	if err != nil {
		t.Fatal(err)
	}
	s := strings.ToLower(string(out))
	for _, bad := range []string{"<script", "onload", "onclick", "onerror", "javascript:", "<form action", "<input", "<iframe", "<svg", "<object", "<base", "refresh", "<!--", "e.example", `<title><b>`} {
		if strings.Contains(s, bad) {
			t.Errorf("%s is in it:\n%s", bad, out)
		}
	}
	for _, good := range []string{"default-src 'none'", `<img src="https://a.example/p.png"`, `href="https://ok.example"`, "p{color:red}", "no-referrer"} {
		if !strings.Contains(s, good) {
			t.Errorf("%s is not in it:\n%s", good, out)
		}
	}
}

// hostile are bodies that are hard on parsers.
func hostile() map[string]string {
	return map[string]string{
		"deep":          strings.Repeat("<div>", 100_000) + "end",
		"deep quotes":   strings.Repeat("<blockquote>", 400) + "end",
		"deep tables":   strings.Repeat("<table><tr><td>", 160) + "end",
		"deep lists":    strings.Repeat("<ul><li>", 200) + "end",
		"long word":     strings.Repeat("x", 1<<20),
		"long text":     strings.Repeat("word ", 1<<18),
		"many blocks":   strings.Repeat("<p>x", 1<<18),
		"many rows":     "<table>" + strings.Repeat("<tr><td>a<td>b", 60_000) + "</table>",
		"many spans":    strings.Repeat("<b>x</b>y", 1<<16),
		"many attrs":    "<p " + strings.Repeat("a=b ", 1<<17) + ">end",
		"bold unclosed": strings.Repeat("<b>x", 1<<17),
		"a unclosed":    strings.Repeat("<a href='https://x.example'>x", 1<<14),
		"addresses":     strings.Repeat("a@b.example ", 1<<16),
		"dots":          strings.Repeat("a.", 1<<19),
		"nested divs":   strings.Repeat("<div><div></div>", 1<<14),
		"entities":      strings.Repeat("&#x1F600;", 1<<16),
	}
}

func TestHostileBodiesAreReadInBoundedTime(t *testing.T) {
	for name, body := range hostile() {
		began := time.Now()
		d := HTML(body, nil)
		if took := time.Since(began); took > 45*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		checkDoc(t, d)
	}
}

func checkDoc(t *testing.T, d *Doc) {
	t.Helper()
	if len(d.Blocks) > maxBlocks || d.History < 0 || d.History > len(d.Blocks) || d.History == 0 && len(d.Blocks) > 0 {
		t.Fatalf("%d blocks, history at %d", len(d.Blocks), d.History)
	}
	check := func(spans []Span) {
		for _, s := range spans {
			if s.Text == "" || !utf8.ValidString(s.Text) || strings.ContainsRune(s.Text, 0x202e) {
				t.Fatalf("span %q", s.Text)
			}
			if s.Link != "" && SafeLink(s.Link) == "" {
				t.Fatalf("unsafe link %q", s.Link)
			}
		}
	}
	for i := range d.Blocks {
		b := &d.Blocks[i]
		check(b.Spans)
		if n := weight(b); n > maxRunes+600 && b.Kind != Table {
			t.Fatalf("a block of %d characters", n)
		}
		for _, row := range b.Rows {
			for _, c := range row {
				check(c.Spans)
			}
		}
	}
}

func FuzzHTML(f *testing.F) {
	f.Add("<p>Hi <b>there</b><table><tr><td>1<td>2</table><blockquote>q")
	f.Add("<a href='java\x00script:x'>y</a><img src=cid:a><pre>\t\n</pre>")
	f.Add("\xff\xfe<div style='display:none'>" + "\u202e" + "<ol start=-9999999999999><li>")
	f.Fuzz(func(t *testing.T, body string) {
		checkDoc(t, HTML(body, nil))
		checkDoc(t, Plain(body))
		page, err := BrowserPage(body, body)
		if err != nil {
			t.Fatal(err)
		}
		if root, err := parse(string(page)); err == nil {
			checkHarmless(t, root)
		}
	})
}

// checkHarmless fails if a page has an element or attribute that runs or sends something.
func checkHarmless(t *testing.T, n *html.Node) {
	t.Helper()
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			switch c.Data {
			case "script", "iframe", "object", "embed", "input", "button", "base", "frame", "svg", "math", "link":
				t.Fatalf("the page has %s", c.Data)
			}
			for _, a := range c.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "action" || a.Key == "href" && SafeLink(a.Val) == "" {
					t.Fatalf("the page has %s=%q", a.Key, a.Val)
				}
			}
		}
		checkHarmless(t, c)
	}
}

func FuzzLink(f *testing.F) {
	f.Add("bank.com", "https://bank.com@evil.example/")
	f.Add("x", "mailto:%zz")
	f.Fuzz(func(t *testing.T, text, raw string) {
		link := SafeLink(raw)
		Deceptive(text, link)
		Target(link)
		l := strings.ToLower(link)
		if link != "" && !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://") && !strings.HasPrefix(l, "mailto:") {
			t.Fatalf("%q is let through as %q", raw, link)
		}
	})
}

// BenchmarkHTML1MB reads a megabyte of ordinary mail.
func BenchmarkHTML1MB(b *testing.B) {
	unit := "<div><p>Hello <b>there</b>, see <a href='https://x.example/a'>this</a> and the list:</p><ul><li>one</li><li>two</li></ul><table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table></div>\n"
	body := strings.Repeat(unit, MaxBytes/len(unit))
	b.ReportAllocs()
	for b.Loop() {
		HTML(body, nil)
	}
}
