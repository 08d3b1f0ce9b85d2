//go:build unix

package store

import (
	"fmt"
	"os"
)

// syncDir has a rename within a folder on the disk before going on.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open the folder: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("write the folder: %w", err)
	}
	return nil
}
