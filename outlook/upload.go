package outlook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The sizes of attachments, in bytes (learn.microsoft.com/graph/outlook-large-attachments): one request takes less than
// 3 MB, an upload session 3 MB to 150 MB, in pieces of less than 4 MB. A piece is a multiple of 320 KiB.
const (
	MaxOneRequest = 3 << 20
	MaxAttachment = 150 << 20
	UploadPiece   = 12 * 320 << 10
)

// FileAttachment is a file to be put on a draft. ContentID is kept by the service: our own marker, to find it by.
type FileAttachment struct {
	ODataType   string `json:"@odata.type"`
	Name        string `json:"name"`
	ContentType string `json:"contentType,omitempty"`
	ContentID   string `json:"contentId,omitempty"`
	Bytes       []byte `json:"contentBytes"`
}

// AddAttachment puts a file of less than MaxOneRequest bytes on a draft. Not safe to repeat: look for the content id
// first.
func (c *Client) AddAttachment(ctx context.Context, messageID string, f FileAttachment) error {
	f.ODataType = "#microsoft.graph.fileAttachment"
	return c.send(ctx, "add attachment", http.MethodPost, "/me/messages/"+seg(messageID)+"/attachments", f, nil, "", nil)
}

// DeleteAttachment takes a file off a draft.
func (c *Client) DeleteAttachment(ctx context.Context, messageID, attachmentID string) error {
	return c.send(ctx, "delete attachment", http.MethodDelete, "/me/messages/"+seg(messageID)+"/attachments/"+seg(attachmentID), nil, nil, "", nil)
}

// Upload is the state of an upload session. Next is the first byte that the service wants; Done that it has all of them.
// URL authorises by itself and is a secret.
type Upload struct {
	URL     string
	Expires time.Time // zero when the service named none
	Next    int64
	Done    bool
}

type uploadState struct {
	URL     string    `json:"uploadUrl"`
	Expires time.Time `json:"expirationDateTime"`
	Ranges  []string  `json:"nextExpectedRanges"`
}

// CreateUpload begins an upload session for a file of MaxOneRequest to MaxAttachment bytes.
func (c *Client) CreateUpload(ctx context.Context, messageID, name, contentType, contentID string, size int64) (Upload, error) {
	item := map[string]any{"attachmentType": "file", "name": name, "size": size}
	if contentType != "" {
		item["contentType"] = contentType
	}
	if contentID != "" {
		item["contentId"] = contentID
	}
	var s uploadState
	err := c.send(ctx, "begin upload", http.MethodPost, "/me/messages/"+seg(messageID)+"/attachments/createUploadSession",
		map[string]any{"AttachmentItem": item}, nil, "", &s)
	if err != nil {
		return Upload{}, err
	}
	if err := c.uploadAddress(s.URL); err != nil {
		return Upload{}, fmt.Errorf("begin upload: %w", err)
	}
	return Upload{URL: s.URL, Expires: s.Expires}, nil
}

// ErrUploadAddress is returned (wrapped) when the address of an upload session is not one to send a file to.
var ErrUploadAddress = errors.New("the address of the upload is not safe")

// uploadAddress takes any host, since the service's own differs from Graph's, but never less than the base's scheme.
func (c *Client) uploadAddress(link string) error {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != c.base.Scheme {
		return ErrUploadAddress
	}
	return nil
}

// UploadState asks how far a session has come. One that has ended or run out gives an error that IsNotFound or IsResync
// knows.
func (c *Client) UploadState(ctx context.Context, link string) (Upload, error) {
	return c.upload(ctx, "read upload", http.MethodGet, link, nil, "")
}

// UploadPart sends size bytes of a file of total bytes, from offset on; pieces go in order, one after another. After a
// failure UploadState tells what has arrived.
func (c *Client) UploadPart(ctx context.Context, link string, piece []byte, offset, total int64) (Upload, error) {
	span := "bytes " + strconv.FormatInt(offset, 10) + "-" + strconv.FormatInt(offset+int64(len(piece))-1, 10) + "/" + strconv.FormatInt(total, 10)
	return c.upload(ctx, "upload", http.MethodPut, link, piece, span)
}

// CancelUpload ends a session and drops what has arrived.
func (c *Client) CancelUpload(ctx context.Context, link string) error {
	_, err := c.upload(ctx, "cancel upload", http.MethodDelete, link, nil, "")
	return err
}

// upload makes a request to a session's own address: without the access token, which must not leave for another host, and
// which that host refuses. It counts among the mailbox's requests in flight.
func (c *Client) upload(ctx context.Context, op, method, link string, piece []byte, span string) (Upload, error) {
	if err := c.uploadAddress(link); err != nil {
		return Upload{}, fmt.Errorf("%s: %w", op, err)
	}
	place := &ticket{priority: PriorityOf(ctx), download: true}
	if err := c.gate.enter(ctx, place); err != nil {
		return Upload{}, err
	}
	defer c.gate.leave(place)
	ctx, cancel := context.WithTimeoutCause(ctx, 4*c.opt.Timeout, errTimeout) // a piece takes its time on a slow line
	defer cancel()
	var body io.Reader
	if piece != nil {
		body = bytes.NewReader(piece)
	}
	req, err := http.NewRequestWithContext(ctx, method, link, body)
	if err != nil {
		return Upload{}, fmt.Errorf("%s: make request", op) // the reason would quote the address
	}
	req.Header.Set("User-Agent", "SuperCRM-Desktop")
	req.Header.Set("Accept", "application/json")
	if piece != nil {
		req.Header.Set("Content-Type", "application/octet-stream")
		req.Header.Set("Content-Range", span)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return Upload{}, c.transport(ctx, op, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return Upload{}, c.refused(op, resp)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil {
		return Upload{}, c.transport(ctx, op, err)
	}
	return readUpload(link, resp.StatusCode, text)
}

var errNoRange = errors.New("the answer does not say which bytes are wanted")

// readUpload reads a session's answer: 201 ends it, 200 names what is wanted next.
func readUpload(link string, status int, text []byte) (Upload, error) {
	if status == http.StatusCreated {
		return Upload{URL: link, Done: true}, nil
	}
	if status == http.StatusNoContent {
		return Upload{URL: link}, nil
	}
	var s uploadState
	if err := json.Unmarshal(text, &s); err != nil {
		return Upload{}, fmt.Errorf("upload: read answer: %w", err)
	}
	if len(s.Ranges) == 0 {
		return Upload{}, fmt.Errorf("upload: %w", errNoRange)
	}
	from, _, _ := strings.Cut(s.Ranges[0], "-")
	next, err := strconv.ParseInt(strings.TrimSpace(from), 10, 64)
	if err != nil || next < 0 {
		return Upload{}, fmt.Errorf("upload: %w", errNoRange)
	}
	return Upload{URL: link, Expires: s.Expires, Next: next}, nil
}

// IsRange says that a piece was not the one that the session wants (416): ask UploadState.
func IsRange(err error) bool { return statusOf(err) == http.StatusRequestedRangeNotSatisfiable }
