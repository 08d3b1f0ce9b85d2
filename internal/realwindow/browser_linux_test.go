package realwindow

import (
	"fmt"
	"html"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const formPage = `<!doctype html><title>A form of the test</title>
<style>body{margin:0;background:linear-gradient(90deg,#123,#fed)} input,button{font-size:30px}</style>
<form method=post action=/sent><input id=name name=name autofocus><input id=word name=word type=password>
<button>Send it</button></form><p id=late></p>
<script>
setTimeout(() => { late.textContent = "now it is ready" }, 300);
let down = 0; onmousedown = () => { down = 1 }; onmousemove = e => { if (down) document.title = "dragged by " + e.movementX; };
</script>`

// formServer shows the form and keeps what was posted.
type formServer struct {
	*httptest.Server
	mu   sync.Mutex
	body string
}

func serveForm(t *testing.T) *formServer {
	s := &formServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.Method == http.MethodGet {
			io.WriteString(w, formPage)
			return
		}
		name := r.PostFormValue("name")
		s.mu.Lock()
		s.body = name + "/" + r.PostFormValue("word")
		s.mu.Unlock()
		fmt.Fprintf(w, "<title>Thanks</title><p>Thank you, %s</p>", html.EscapeString(name))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *formServer) posted() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.body
}

func TestBrowserOpensWhatAProgramOpens(t *testing.T) {
	d := Start(t)
	server := serveForm(t)
	browser := d.StartBrowser()
	if opened := browser.Opened(); len(opened) != 0 {
		t.Fatalf("opened %q before anything was", opened)
	}
	d.command("xdg-open", server.URL+"/form?a=1&b=2")
	page := browser.Page("/form?a=1&b=2")
	page.WaitText("now it is ready")
	page.Fill("#name", "Zoë <i>")
	page.Fill("#word", "geheim ✓")
	page.ClickText("Send")
	page.WaitURL("/sent")
	page.WaitText("Thank you, Zoë <i>")
	if got := server.posted(); got != "Zoë <i>/geheim ✓" {
		t.Errorf("posted %q", got)
	}
	if opened := browser.Opened(); len(opened) != 1 || opened[0] != server.URL+"/form?a=1&b=2" {
		t.Errorf("opened %q", opened)
	}
	page.Goto(server.URL + "/again")
	page.WaitURL("/again")
}

func TestWindowIsDrivenByPointerAndKeys(t *testing.T) {
	d := Start(t)
	server := serveForm(t)
	browser := d.StartBrowser()
	d.command("xdg-open", server.URL+"/window")
	page := browser.Page("/window")
	page.WaitText("now it is ready")
	w := d.Window("A form of the test")
	bounds := w.Bounds()
	if bounds.Dx() < 500 || bounds.Dy() < 400 {
		t.Errorf("the window's bounds are %v", bounds)
	}
	d.Still(300 * time.Millisecond)
	if n := Colours(d.Screen(), bounds); n < 50 {
		t.Errorf("%d colours in the window, want the page's gradient", n)
	}
	if n := Colours(d.Screen(), image.Rect(0, 0, 20, 20)); n != 1 {
		t.Errorf("%d colours where nothing is", n)
	}

	field := page.find("the field", `document.querySelector("#name")`)
	var frame point // of the page in the window
	if err := page.tools.evaluate("({x: (outerWidth - innerWidth) / 2, y: outerHeight - innerHeight})", &frame); err != nil {
		t.Fatal(err)
	}
	at := image.Pt(int(frame.X+field.X), int(frame.Y+field.Y))
	w.Click(at.X, at.Y)
	w.Type("typed, by hand")
	w.Key("Tab", "x", "y")
	w.Key("Return")
	page.WaitURL("/sent")
	if got := server.posted(); got != "typed, by hand/xy" {
		t.Errorf("posted %q", got)
	}

	page.Goto(server.URL + "/drag")
	page.WaitText("now it is ready")
	w.Drag(image.Pt(200, 300), image.Pt(440, 300))
	dragged := d.Window("dragged by")
	dragged.Close()
	d.Eventually("the window's end", func() bool { return !d.HasWindow("dragged by") })
}

func TestProgramsThatEndAreNoticed(t *testing.T) {
	d := Start(t)
	p := d.Run([]string{"WORD=from the test"}, "sh", "-c", `echo "$WORD on $DISPLAY"`)
	p.WaitEnd()
	if want := "from the test on " + d.Session.Display(); !strings.Contains(p.Log(), want) {
		t.Errorf("the program said %q, want %q", p.Log(), want)
	}
	long := d.Run(nil, "sleep", "300")
	long.Kill()
	select {
	case <-long.Done():
	default:
		t.Error("a killed program still runs")
	}
}
