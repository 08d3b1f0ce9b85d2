package desktop

import (
	"context"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32               = windows.NewLazySystemDLL("user32.dll")
	kernel32             = windows.NewLazySystemDLL("kernel32.dll")
	getLastInputInfo     = user32.NewProc("GetLastInputInfo")
	getTickCount         = kernel32.NewProc("GetTickCount")
	getSystemPowerStatus = kernel32.NewProc("GetSystemPowerStatus")
)

// untouchedFor is how long neither mouse nor keyboard was used (learn.microsoft.com, GetLastInputInfo). Both counts are
// milliseconds since the start in 32 bits, so that their difference is right across a wrap.
func untouchedFor(context.Context) (time.Duration, error) {
	info := struct{ size, tick uint32 }{size: 8}
	if ok, _, err := getLastInputInfo.Call(uintptr(unsafe.Pointer(&info))); ok == 0 {
		return 0, fmt.Errorf("ask for the last input: %w", err)
	}
	now, _, _ := getTickCount.Call()
	return time.Duration(uint32(now)-info.tick) * time.Millisecond, nil
}

// onBattery asks whether there is no power line (learn.microsoft.com, SYSTEM_POWER_STATUS: ACLineStatus 0 is offline, 1
// online, 255 unknown).
func onBattery(context.Context) (bool, error) {
	var status struct {
		line, flag, percent, saver byte
		left, full                 uint32
	}
	if ok, _, err := getSystemPowerStatus.Call(uintptr(unsafe.Pointer(&status))); ok == 0 {
		return false, fmt.Errorf("ask for the power supply: %w", err)
	}
	return status.line == 0, nil
}
