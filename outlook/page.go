package outlook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	d := json.NewDecoder(r)
	if err := expect(d, '{'); err != nil {
		return err
	}
	seen := false
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return fmt.Errorf("read list: %w", err)
		}
		switch key {
		case "value":
			seen = true
			err = readItems(d, &p.Items)
		case "@odata.nextLink":
			err = d.Decode(&p.Next)
		case "@odata.deltaLink":
			err = d.Decode(&p.Delta)
		default:
			var skip json.RawMessage
			err = d.Decode(&skip)
		}
		if err != nil {
			return fmt.Errorf("read list: %w", err)
		}
	}
	if err := expect(d, '}'); err != nil {
		return err
	}
	if !seen {
		return errNotPage // an empty answer must never pass for an empty mailbox
	}
	return nil
}

func readItems[T any](d *json.Decoder, into *[]T) error {
	if err := expect(d, '['); err != nil {
		return err
	}
	for d.More() {
		var item T
		if err := d.Decode(&item); err != nil {
			return err
		}
		*into = append(*into, item)
	}
	return expect(d, ']')
}

func expect(d *json.Decoder, want json.Delim) error {
	t, err := d.Token()
	if err != nil {
		return fmt.Errorf("read list: %w", err)
	}
	if t != want {
		return errNotPage
	}
	return nil
}
