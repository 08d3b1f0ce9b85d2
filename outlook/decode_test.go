package outlook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Whoever adds a field to Message gives it a decoding as well: a message with every field set is read the same both ways.
func TestEveryFieldOfAMessageIsDecoded(t *testing.T) {
	var m Message
	v := reflect.ValueOf(&m).Elem()
	fillValue(v, 3)
	for i := range v.NumField() {
		name := strings.Split(v.Type().Field(i).Tag.Get("json"), ",")[0]
		text, err := json.Marshal(map[string]any{name: v.Field(i).Interface()})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{string(text), strings.Replace(string(text), name, strings.ToUpper(name), 1), `{"` + name + `":null}`} {
			if diff := compareMessage([]byte(text)); diff != "" {
				t.Errorf("%s: %s", text, diff)
			}
		}
		if !bytes.Contains([]byte(fmt.Sprint(messageMembers)), []byte(name)) {
			t.Errorf("%s is not among messageMembers", name)
		}
	}
}

func fillValue(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(v.Elem(), depth)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fillValue(v.Field(i), depth)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), depth, depth))
		for i := range depth {
			fillValue(v.Index(i), depth)
		}
	case reflect.String:
		v.SetString("text \"with\" <escapes> é\u2028 ☃")
	case reflect.Bool:
		v.SetBool(true)
	}
}

// compareMessage decodes both ways and says how the results differ; "" when they do not.
func compareMessage(text []byte) string {
	var want, got Message
	wantErr := json.Unmarshal(text, &want)
	d := newDecoder(bytes.NewReader(text))
	gotErr := item(d, &got)
	if (wantErr != nil) != (gotErr != nil) {
		return fmt.Sprintf("encoding/json says %v, we say %v", wantErr, gotErr)
	}
	if wantErr == nil && !reflect.DeepEqual(want, got) {
		return fmt.Sprintf("\nencoding/json %s\nwe            %s", show(want), show(got))
	}
	return ""
}

func show(m Message) string {
	b, err := json.Marshal(m)
	return fmt.Sprint(string(b), err)
}

// comparable says whether the two are meant to agree on text: one value, no name twice in an object whatever its case.
func comparable(text []byte) bool {
	if !json.Valid(text) {
		return false // encoding/json looks at all of it first, we at as much as is needed
	}
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var open []map[string]bool
	for {
		name := false
		if kind, n := d.StackIndex(d.StackDepth()); kind == '{' && n%2 == 0 {
			name = true
		}
		t, err := d.ReadToken()
		if err != nil {
			return len(open) == 0
		}
		switch t.Kind() {
		case '{', '[':
			open = append(open, map[string]bool{})
		case '}', ']':
			open = open[:len(open)-1]
		case '"':
			if !name {
				continue
			}
			for have := range open[len(open)-1] {
				if strings.EqualFold(have, t.String()) {
					return false
				}
			}
			open[len(open)-1][t.String()] = true
		}
	}
}

func FuzzMessageLikeEncodingJSON(f *testing.F) {
	var m Message
	fillValue(reflect.ValueOf(&m).Elem(), 2)
	whole, err := json.Marshal(m)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(samplePage(rand.New(rand.NewPCG(1, 2)), 1))
	for _, text := range []string{`{}`, `null`, `{"id":"a","body":{"content":"\ud800 \u00e9 \/ \"","contentType":null}}`, `{"Subject":"x"}`, `{"\u0073ubject":"x","\u017fubject2":1}`,
		`{"toRecipients":[null,{"emailAddress":null},{"emailAddress":{"name":"\u2028"}}],"categories":[null,"a"]}`, "{\"subject\":\"a\xffb\"}",
		`{"receivedDateTime":"2026-01-01T00:00:00Z","sentDateTime":"2026-01-01T00:00:00.5+02:00","isRead":true}`, `{"isRead":"yes"}`, `{"flag":[1]}`,
		`{"receivedDateTime":"1/2/3"}`, `{"@removed":{"reason":"changed"},"unknown":{"a":[1,2,{"b":3e400}]}}`, `[]`, `{"id":1}`, `{"body":{}}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var got Message
		_ = item(newDecoder(iotest.OneByteReader(bytes.NewReader(text))), &got) // must not panic, whatever it is
		if !comparable(text) {
			return
		}
		if diff := compareMessage(text); diff != "" {
			t.Error(diff)
		}
	})
}

// samplePage is a delta page of n messages as the service writes them: HTML bodies of a few to some tens of kilobytes.
func samplePage(r *rand.Rand, n int) []byte {
	words := strings.Fields("offer delivery week pallet confirm Tuesday regards meeting price contract naïve Grüße the of and to we you please find attached")
	text := func(words []string, n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteByte(' ')
		}
		return b.String()
	}
	var out bytes.Buffer
	out.WriteString(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('x')/mailFolders('y')/messages","value":[`)
	for i := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		var body strings.Builder
		body.WriteString("<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"><style>p{margin:0}</style></head><body>\r\n")
		for range 3 + r.IntN(25) {
			fmt.Fprintf(&body, "<p class=\"MsoNormal\" style=\"font-family:&quot;Segoe UI&quot;\"><span lang=\"EN-GB\">%s</span></p>\r\n", text(words, 12))
		}
		body.WriteString("</body></html>")
		who := func() any {
			return map[string]any{"emailAddress": map[string]string{"name": text(words, 2), "address": fmt.Sprintf("person%d@customer%d.example", r.IntN(500), r.IntN(40))}}
		}
		b, err := json.Marshal(map[string]any{
			"@odata.type": "#microsoft.graph.message", "@odata.etag": fmt.Sprintf(`W/"CQAAABYAAAC%d"`, i), "id": fmt.Sprintf("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A%08d", i),
			"parentFolderId": "AAMkADAwATMwMAItMzU1AC0zYjNlLTAwAi0wMAoALgAAA", "conversationId": fmt.Sprintf("AAQkADAwATMwMAItMzU1AC0zYjNlLTAwAi0wMAoAEAB%08d", i/3),
			"internetMessageId": fmt.Sprintf("<DB8PR01MB%d@DB8PR01MB.eurprd01.prod.exchangelabs.com>", i), "subject": text(words, 5), "bodyPreview": text(words, 30),
			"body": map[string]string{"contentType": "html", "content": body.String()}, "from": who(), "toRecipients": []any{who(), who()}, "ccRecipients": []any{who()},
			"bccRecipients": []any{}, "replyTo": []any{}, "receivedDateTime": "2026-03-04T05:06:07Z", "sentDateTime": "2026-03-04T05:06:01Z", "isRead": i%3 == 0, "isDraft": false,
			"flag": map[string]string{"flagStatus": "notFlagged"}, "importance": "normal", "hasAttachments": i%9 == 0, "categories": []string{},
		})
		if err != nil {
			panic(err)
		}
		out.Write(b)
	}
	out.WriteString(`],"@odata.nextLink":"https://graph.microsoft.com/v1.0/me/mailFolders/x/messages/delta?$skiptoken=abc"}`)
	return out.Bytes()
}

// BenchmarkDecodePage is a page of 1,000 messages decoded by us and by encoding/json, into the same structs; the bar is on
// the ratio of the two.
func BenchmarkDecodePage(b *testing.B) {
	page := samplePage(rand.New(rand.NewPCG(7, 7)), 1000)
	theirs := func() {
		var p struct {
			Value []Message `json:"value"`
			Next  string    `json:"@odata.nextLink"`
		}
		if err := json.NewDecoder(bytes.NewReader(page)).Decode(&p); err != nil || len(p.Value) != 1000 || p.Next == "" {
			b.Fatal(len(p.Value), err)
		}
	}
	ours := func() {
		var p Page[Message]
		if err := readPage(bytes.NewReader(page), &p); err != nil || len(p.Items) != 1000 || p.Next == "" {
			b.Fatal(len(p.Items), err)
		}
	}
	ours()
	theirs()
	var slow, fast time.Duration
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() { // by turns, so that a machine that gets slower or faster does so for both
		t0 := time.Now()
		ours()
		t1 := time.Now()
		theirs()
		fast += t1.Sub(t0)
		slow += time.Since(t1)
	}
	b.ReportMetric(float64(slow)/float64(fast), "ratio")
	b.ReportMetric(float64(fast.Microseconds())/1000/float64(b.N), "ms/page")
}
