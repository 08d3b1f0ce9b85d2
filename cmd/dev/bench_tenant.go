package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tenantBars are for the simulated tenant's start until its ready line, and its memory then. A message costs about 9 µs
// of processor time and 1 KB that stays (its body is made when it is read); Go lets the heap grow to twice that before it
// collects. The bars leave a factor of three for time and a half for memory.
var tenantBars = []struct {
	name          string
	args          []string
	seconds, mega float64
}{
	{"tenant of 100,000 messages", []string{"-messages", "100000"}, 3, 250},
	{"tenant of 5 × 100,000 messages", []string{"-seed", "large", "-messages", "100000"}, 15, 1000},
}

// tenant measures the simulated tenant. Memory is read where /proc tells it.
func (j *job) tenant(ctx context.Context) ([]figure, error) {
	dir, err := os.MkdirTemp("", "devtenant-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "devtenant.exe") // Windows wants the ending, others do not mind
	if err := stream(ctx, j.out, nil, "go", "build", "-o", path, "./cmd/devtenant"); err != nil {
		return nil, err
	}
	var out []figure
	for _, b := range tenantBars {
		fmt.Fprintf(j.out, "bench: %s\n", b.name)
		seconds, mega, err := startTenant(ctx, path, b.args)
		if err != nil {
			return out, err
		}
		out = append(out, newFigure(b.name+", start", seconds, "s", b.seconds))
		if mega > 0 {
			out = append(out, newFigure(b.name+", resident memory", mega, "MB", b.mega))
		}
	}
	return out, nil
}

func startTenant(ctx context.Context, path string, args []string) (seconds, mega float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append([]string{"-listen", "127.0.0.1:0"}, args...)...)
	endGently(cmd)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, fmt.Errorf("start the tenant: %w", err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, fmt.Errorf("start the tenant: %w", err)
	}
	line, readErr := bufio.NewReader(stdout).ReadString('\n')
	seconds = time.Since(begun).Seconds()
	if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)); err == nil {
		mega = residentMB(string(status))
	}
	cancel()
	err = cmd.Wait()
	if readErr != nil || !strings.HasPrefix(line, "{") {
		return 0, 0, failed(path, args, errors.Join(readErr, err), said.String())
	}
	return seconds, mega, nil // that it was ended is no failure
}

// residentMB reads VmRSS of /proc/PID/status, which is in KB (man proc_pid_status); 0 when it is not there.
func residentMB(status string) float64 {
	for line := range strings.Lines(status) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "VmRSS:" {
			if kb, err := strconv.ParseFloat(fields[1], 64); err == nil && kb > 0 {
				return kb / 1024
			}
		}
	}
	return 0
}
