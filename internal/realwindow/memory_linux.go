package realwindow

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// Memory is what the program has in its writable memory, region by region, as a memory dump would show it. The program runs
// on meanwhile. It fails the test when it may not be read.
func (p *Program) Memory() [][]byte {
	p.d.t.Helper()
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", p.PID()))
	if err != nil {
		p.d.t.Fatal(err)
	}
	defer maps.Close()
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", p.PID()))
	if err != nil {
		p.d.t.Fatalf("read the program's memory: %v", err)
	}
	defer mem.Close()
	var out [][]byte
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to int64
		var rights string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &rights); err != nil || !strings.HasPrefix(rights, "rw") {
			continue
		}
		region := make([]byte, to-from)
		n, _ := mem.ReadAt(region, from) // what has been given back since, or cannot be read, is not there
		out = append(out, region[:n])
	}
	if len(out) == 0 {
		p.d.t.Fatal("the program has no memory")
	}
	return out
}
