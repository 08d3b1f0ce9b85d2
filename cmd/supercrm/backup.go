package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"supercrm/internal/store"
)

// backUpDaily keeps a backup of the last day of what no mailbox gives back. It lives until ctx ends.
func backUpDaily(ctx context.Context, db *store.DB, log *slog.Logger) {
	for ctx.Err() == nil {
		made, err := db.BackupDue(ctx, time.Now())
		if err != nil && !errors.Is(err, context.Canceled) {
			log.Error("no backup was made", "error", err)
		}
		if made {
			log.Info("backup made")
		}
		pause(ctx, time.Hour)
	}
}
