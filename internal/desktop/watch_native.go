//go:build windows || darwin

package desktop

import "context"

// system has nothing to add to the clock here yet.
func (o *watch) system(context.Context) {}
