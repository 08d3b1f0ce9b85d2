// Package mail is the Mail page: folders, the list of messages, the reader and the composer. It shows what is mirrored
// and hands edits to the mirror, which queues them; it knows neither SQL nor the service.
package mail

import (
	"context"
	"io"
	"time"

	"supercrm/internal/search"
	"supercrm/outlook/mirror"
)

// Data is the mailbox as the page reads and edits it; *mirror.Mirror is one. Its methods may be called from any goroutine
// and answer from the local store, FetchAttachment and Attach aside, which take their time.
type Data interface {
	Accounts(ctx context.Context) ([]mirror.Account, error)
	Folders(ctx context.Context, accountID int64) ([]mirror.Folder, error)
	MessageIDs(ctx context.Context, folderID int64, unreadOnly bool) ([]int64, error)
	MessageRows(ctx context.Context, ids []int64) ([]mirror.MessageRow, error)
	Message(ctx context.Context, id int64) (mirror.Message, error)
	Conversation(ctx context.Context, id int64) ([]mirror.MessageRow, error)
	SearchMessages(ctx context.Context, query string, limit int) ([]mirror.MessageRow, error)
	// ParseSearch understands a query without looking for anything.
	ParseSearch(text string) search.Query
	// Coverage is the moment back to which the mail of every account is here; zero when there is none.
	Coverage(ctx context.Context) (time.Time, error)
	Status(ctx context.Context) ([]mirror.Status, error)
	Outbox(ctx context.Context) ([]mirror.OutboxItem, error)
	FetchAttachment(ctx context.Context, messageID int64, graphID string, w io.Writer) error
	FetchBody(ctx context.Context, messageID int64) error
	// KeptFiles tells which attachments of a message are on this computer.
	KeptFiles(ctx context.Context, messageID int64) (map[string]bool, error)
	// Categories lists an account's categories with their colours.
	Categories(ctx context.Context, accountID int64) ([]mirror.Category, error)
	Categorize(ctx context.Context, ids []int64, add, remove []string) error

	MarkRead(ctx context.Context, ids []int64, read bool) error
	Flag(ctx context.Context, ids []int64, flagged bool) error
	Move(ctx context.Context, ids []int64, wellKnown string) error
	SendReply(ctx context.Context, r mirror.Reply) (int64, error)
	SendMail(ctx context.Context, m mirror.NewMail) (int64, error)
	Retry(ctx context.Context, outboxID int64) error
	Discard(ctx context.Context, outboxID int64) error
	// TakeBack gives queued mail up and leaves its files to the draft of that name.
	TakeBack(ctx context.Context, outboxID int64, draft string) ([]mirror.File, error)
	// Attach copies a file for a draft, Detach forgets such copies, Files reads what is known of them.
	Attach(ctx context.Context, draft, name string, size int64, r io.Reader) (mirror.File, error)
	Detach(ctx context.Context, ids ...int64) error
	Files(ctx context.Context, ids []int64) ([]mirror.File, error)
}

// Drafts keeps what has been typed and not sent, so that it survives the program. Its methods may be called from any
// goroutine but the UI thread's; a key is written by one at a time. Load gives "" for a key that was never saved.
type Drafts interface {
	Save(ctx context.Context, key, text string) error
	Load(ctx context.Context, key string) (string, error)
	Delete(ctx context.Context, key string) error
	// Names lists the keys that begin with prefix.
	Names(ctx context.Context, prefix string) ([]string, error)
}
