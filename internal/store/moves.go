package store

import (
	"errors"
	"io/fs"
	"os"
	"slices"
)

// moves are renamings of which all happen or none: a start that finds no file at all would make an empty one.
type moves struct{ done [][2]string }

func (m *moves) rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return PlaceProblem(err)
	}
	m.done = append(m.done, [2]string{from, to})
	return nil
}

// renameIfThere is rename for what need not be there.
func (m *moves) renameIfThere(from, to string) error {
	if err := m.rename(from, to); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// undo takes back what was done, the last first.
func (m *moves) undo() error {
	var errs []error
	for _, d := range slices.Backward(m.done) {
		errs = append(errs, os.Rename(d[1], d[0]))
	}
	m.done = nil
	return errors.Join(errs...)
}
