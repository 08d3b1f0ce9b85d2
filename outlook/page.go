package outlook

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Page is one page of a list or delta. While Next is set the round goes on; Delta is set on a round's last page. Both
// are opaque. Items may be empty on any page, hold duplicates and come in any order.
type Page[T any] struct {
	Items       []T
	Next, Delta string
}

// Last says that the round ends here.
func (p Page[T]) Last() bool { return p.Next == "" }

var errNotPage = errors.New("the answer is not a list")

// readPage decodes a list item by item, so that the text of a large page is never held whole.
func readPage[T any](r io.Reader, p *Page[T]) error {
	d := newDecoder(r)
	seen := false
	ok, err := d.object(func(name []byte) error {
		switch string(name) {
		case `"value"`:
			seen = true
			return readItems(d, &p.Items)
		case `"@odata.nextLink"`:
			return d.intoText(&p.Next)
		case `"@odata.deltaLink"`:
			return d.intoText(&p.Delta)
		}
		return d.SkipValue()
	})
	var kind kindError
	if err != nil && (seen || !errors.As(err, &kind)) {
		return fmt.Errorf("read list: %w", plainly(err))
	}
	if !ok || !seen {
		return errNotPage // an empty answer must never pass for an empty mailbox
	}
	return nil
}

func readItems[T any](d *decoder, into *[]T) error {
	ok, err := d.list(func() error {
		var v T
		if err := item(d, &v); err != nil {
			return err
		}
		*into = append(*into, v)
		return nil
	})
	if err == nil && !ok {
		return errNotPage
	}
	return err
}

// plainly leaves out what jsontext quotes of the answer.
func plainly(err error) error {
	var s *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.As(err, &s):
		return errSyntax
	}
	return err
}

var errSyntax = errors.New("the answer is not JSON")
