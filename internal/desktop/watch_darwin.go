package desktop

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// toolTime bounds one run of a system's tool.
const toolTime = 5 * time.Second

// untouchedFor asks ioreg(8) for the time since the last input.
func untouchedFor(ctx context.Context) (time.Duration, error) {
	out, err := toolOutput(ctx, "/usr/sbin/ioreg", "-c", "IOHIDSystem", "-d", "4")
	if err != nil {
		return 0, err
	}
	d, ok := hidIdleTime(out)
	if !ok {
		return 0, errors.New("ioreg tells no idle time")
	}
	return d, nil
}

// onBattery asks pmset(1) where the power comes from.
func onBattery(ctx context.Context) (bool, error) {
	out, err := toolOutput(ctx, "/usr/bin/pmset", "-g", "batt")
	return drawsFromBattery(out), err
}

func toolOutput(ctx context.Context, path string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, toolTime)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, args...).Output()
	if err != nil {
		return "", fmt.Errorf("run %s: %w", path, err)
	}
	return string(out), nil
}
