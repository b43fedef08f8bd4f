package outbox_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"go.uber.org/goleak"
)

// childFolder is set for a process that TestAKillLosesNoEvent starts.
const childFolder = "OUTBOX_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		fmt.Fprintln(os.Stderr, countForEver(context.Background(), dir))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

const killPartitions = 3

// countForEver commits steps in several partitions while the relay runs, and prints the partition of each commit that was
// acknowledged.
func countForEver(ctx context.Context, dir string) error {
	c := newTelling()
	if err := errors.Join(c.open(ctx, dir, newBroker()), c.group.Start(ctx)); err != nil {
		return err
	}
	for i := 0; ; i++ {
		partition := i % killPartitions
		if err := c.count(ctx, strconv.Itoa(partition), nil); err != nil {
			return err
		}
		fmt.Println(partition)
	}
}

func TestAKillLosesNoEvent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childFolder+"="+dir)
	child.Stderr = os.Stderr
	output, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var acknowledged [killPartitions]int
	commits := 0
	for lines := bufio.NewScanner(output); lines.Scan(); {
		partition, err := strconv.Atoi(lines.Text())
		if err != nil {
			break // a line that the kill has cut
		}
		acknowledged[partition]++
		if commits++; commits == 300 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // it was killed
	if commits < 300 {
		t.Fatalf("the process stopped after %d commits", commits)
	}

	c := newCounting()
	c.mustRun(t, dir, newBroker())
	var last [killPartitions]int
	for missing := true; missing; {
		got := c.next(t)
		partition, err := strconv.Atoi(got.Partition)
		if err != nil || got.N != last[partition]+1 { // a duplicate would be dropped by the broker
			t.Fatalf("got %+v after %v, %v", got, last, err)
		}
		last[partition] = got.N
		missing = false
		for p, n := range acknowledged {
			missing = missing || last[p] < n
		}
	}
}
