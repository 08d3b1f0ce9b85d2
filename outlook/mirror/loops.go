package mirror

import "context"

func (r *runner) syncLoop(ctx context.Context)   { <-ctx.Done() }
func (r *runner) outboxLoop(ctx context.Context) { <-ctx.Done() }
func (r *runner) bodyLoop(ctx context.Context)   { <-ctx.Done() }
