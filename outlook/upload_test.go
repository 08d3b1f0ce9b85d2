package outlook

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// An upload's address is on another host: it gets every byte in order and never the token.
func TestUploadKeepsTheTokenAtHome(t *testing.T) {
	var got strings.Builder
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the token was sent to another host")
		}
		body, _ := io.ReadAll(r.Body)
		got.Write(body)
		switch {
		case r.Method == http.MethodPut && strings.HasSuffix(r.Header.Get("Content-Range"), "0-2/5"):
			_, _ = io.WriteString(w, `{"expirationDateTime":"2026-11-26T00:00:00Z","nextExpectedRanges":["3-4"]}`)
		case r.Method == http.MethodPut && r.Header.Get("Content-Range") == "bytes 3-4/5":
			w.WriteHeader(http.StatusCreated)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer other.Close()
	graph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			AttachmentItem struct{ Name, ContentID string }
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.AttachmentItem.Name != "a.bin" || in.AttachmentItem.ContentID != "mark" || r.Header.Get("Authorization") == "" {
			t.Errorf("%+v %v", in, err)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"uploadUrl":"`+other.URL+`/u","nextExpectedRanges":["0-"]}`)
	}))
	defer graph.Close()
	c := client(t, graph.URL, nil)
	up, err := c.CreateUpload(t.Context(), "m", "a.bin", "", "mark", 5)
	if err != nil {
		t.Fatal(err)
	}
	up, err = c.UploadPart(t.Context(), up.URL, []byte("abc"), 0, 5)
	if err != nil || up.Next != 3 || up.Done {
		t.Fatalf("%+v %v", up, err)
	}
	up, err = c.UploadPart(t.Context(), up.URL, []byte("de"), 3, 5)
	if err != nil || !up.Done || got.String() != "abcde" {
		t.Fatalf("%+v %v %q", up, err, got.String())
	}
	if err := c.CancelUpload(t.Context(), up.URL); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "ftp://x/y", "https://user@host/", "/relative"} {
		if _, err := c.UploadState(t.Context(), bad); !errors.Is(err, ErrUploadAddress) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzUploadAnswer(f *testing.F) {
	f.Add(200, []byte(`{"nextExpectedRanges":["0-","5-9"],"expirationDateTime":"2026-11-26T00:00:00Z"}`))
	f.Add(201, []byte(``))
	f.Add(200, []byte(`{"nextExpectedRanges":["-1"]}`))
	f.Fuzz(func(t *testing.T, status int, text []byte) {
		u, err := readUpload("https://x/", status, text)
		if err == nil && u.Next < 0 {
			t.Fatalf("byte %d is wanted", u.Next)
		}
	})
}
