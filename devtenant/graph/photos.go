package graph

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // to read their size
	_ "image/png"
	"net/http"
)

// maxPhoto is what the service takes (documentation of profilePhoto: under 4 MB).
const maxPhoto = 4 << 20

// photo routes …/photo[/$value] of the owner or a contact. set stores another one, nil for none.
func (c *call) photo(data []byte, rest []string, set func([]byte)) error {
	value := len(rest) == 1 && rest[0] == "$value"
	if len(rest) > 0 && !value {
		return errNoRoute
	}
	switch c.r.Method {
	case http.MethodGet:
		if data == nil {
			return &refusal{http.StatusNotFound, "ImageNotFound", "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."}
		}
		config, kind, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return fmt.Errorf("read a stored photo: %w", err)
		}
		if value {
			c.status, c.answer.body = http.StatusOK, data
			c.header.Set("Content-Type", "image/"+kind)
			return nil
		}
		return c.one(http.StatusOK, "photo/$entity", fields{
			{"@odata.mediaContentType", "image/" + kind}, {"id", fmt.Sprintf("%dx%d", config.Width, config.Height)}, {"height", config.Height}, {"width", config.Width},
		})
	case http.MethodPut, http.MethodPatch:
		if len(c.input) > maxPhoto {
			return &refusal{http.StatusRequestEntityTooLarge, "ErrorMessageSizeExceeded", "A photo has to be smaller than 4 MB."}
		}
		if _, _, err := image.DecodeConfig(bytes.NewReader(c.input)); err != nil {
			return badRequest("ErrorInvalidImage", "The content is not an image.")
		}
		set(bytes.Clone(c.input))
		return c.noContent(http.StatusOK)
	case http.MethodDelete:
		set(nil)
		return c.noContent(http.StatusNoContent)
	}
	return errMethod
}

// photoSizes answers GET /photos.
func (c *call) photoSizes(data []byte) error {
	if c.r.Method != http.MethodGet {
		return errMethod
	}
	list := []fields{}
	if data != nil {
		config, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return fmt.Errorf("read a stored photo: %w", err)
		}
		list = append(list, fields{{"id", fmt.Sprintf("%dx%d", config.Width, config.Height)}, {"height", config.Height}, {"width", config.Width}})
	}
	return c.listing("photos", paging{top: maxPage}, len(list), list)
}

// ownPhoto routes /photo and /photos of the owner: one size is kept, whatever is asked for.
func (c *call) ownPhoto(segment string, rest []string) error {
	if c.r.Method == http.MethodGet {
		if err := c.allow("User.Read", "User.ReadBasic.All", "User.Read.All", "ProfilePhoto.Read.All"); err != nil {
			return err
		}
	} else if err := c.allow("User.ReadWrite", "User.ReadWrite.All", "ProfilePhoto.ReadWrite.All"); err != nil {
		return err
	}
	if segment == "photos" && len(rest) == 0 {
		return c.photoSizes(c.b.Photo)
	}
	if segment == "photos" {
		rest = rest[1:]
	}
	return c.photo(c.b.Photo, rest, func(data []byte) {
		c.b.Photo = data
		c.b.Changed()
	})
}
