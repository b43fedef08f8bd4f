package archtest_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// budgets are what the example programs may weigh. They are ceilings with some air above what was measured, so that a
// dependency that slips in shows, and a slow machine does not. Raise one only for something that is worth it, and say so.
var budgets = []struct {
	program   string
	megabytes float64       // of the stripped binary
	ready     time.Duration // from exec to ready, the best of several starts on an existing data folder
	memory    float64       // megabytes resident when ready and idle
}{
	{program: "hello", megabytes: 15, ready: 200 * time.Millisecond, memory: 30},
	{program: "airline", megabytes: 33, ready: 1500 * time.Millisecond, memory: 120},
}

const starts = 3

func TestWeight(t *testing.T) {
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", bin+"/", "../../examples/...")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%-10s %12s %12s %12s", "program", "binary MB", "ready ms", "idle MB")
	for _, b := range budgets {
		path := filepath.Join(bin, b.program)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		size := float64(info.Size()) / 1e6
		data := t.TempDir()
		var ready []time.Duration
		var memory []float64
		for range starts {
			took, resident := startAndMeasure(t, path, data)
			ready, memory = append(ready, took), append(memory, resident)
		}
		best, least := slices.Min(ready[1:]), slices.Min(memory[1:])
		t.Logf("%-10s %6.1f of %2.0f %6d of %4d %6.0f of %3.0f", b.program, size, b.megabytes, best.Milliseconds(),
			b.ready.Milliseconds(), least, b.memory)
		if size > b.megabytes || best > b.ready || least > b.memory {
			t.Errorf("%s is over its budget", b.program)
		}
	}
}

var welcomed = regexp.MustCompile(`^  API +http://`)

// startAndMeasure runs a program until it says that it is ready.
func startAndMeasure(t *testing.T, path, data string) (ready time.Duration, residentMB float64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path)
	cmd.Env = []string{"VADE_DATA=" + data, "VADE_GATEWAY=127.0.0.1:0", "VADE_CONSOLE=127.0.0.1:0"}
	cmd.Dir = data
	cmd.Stderr = io.Discard
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for ready == 0 && lines.Scan() {
		if welcomed.MatchString(lines.Text()) {
			ready = time.Since(began)
		}
	}
	if ready == 0 {
		t.Fatalf("%s ended before it was ready: %v", path, cmd.Wait())
	}
	residentMB = resident(t, cmd.Process.Pid)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return ready, residentMB
}

// resident reads the resident memory of a process in megabytes.
func resident(t *testing.T, pid int) float64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				t.Fatal(err)
			}
			return kb / 1e3
		}
	}
	t.Fatal("no VmRSS")
	return 0
}
