//go:build unix

package main

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestStreamEndsGrandchildren(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var out lockedBuffer
	ended := make(chan error, 1)
	go func() {
		ended <- stream(ctx, &out, nil, "sh", "-c", "sh -c 'trap \"echo child asked; exit 3\" INT; echo ready; while :; do sleep 0.05; done'; exit 3")
	}()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(out.String(), "ready"); {
		if time.Now().After(deadline) {
			t.Fatal("the grandchild did not start")
		}
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("a stopped command must be an error")
		}
		if !strings.Contains(out.String(), "child asked") {
			t.Error("the grandchild was not interrupted")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the command did not end")
	}
}

func TestFailureNamesCommandAndReason(t *testing.T) {
	_, err := output(t.Context(), "sh", "-c", "echo the reason >&2; exit 4")
	if err == nil || !strings.Contains(err.Error(), "the reason") || !strings.Contains(err.Error(), "exit status 4") {
		t.Errorf("error is %v, want the command's words and its exit code", err)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
