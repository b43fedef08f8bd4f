//go:build unix

package natsevents_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vade-go/vade/events/driver"
)

const diskDir = "VADE_TEST_NATS_DISK"

// TestAfterTheDiskWasFullWorkGoesOn runs itself as a process whose files may not grow: its writes fail as on a full disk.
func TestAfterTheDiskWasFullWorkGoesOn(t *testing.T) {
	if dir := os.Getenv(diskDir); dir != "" {
		fillDisk(t, dir)
		return
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAfterTheDiskWasFullWorkGoesOn$", "-test.v")
	cmd.Env = append(os.Environ(), diskDir+"="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS: "+t.Name()) {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fillDisk(t *testing.T, dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	b := open(t, "embedded:", dir)
	if err := b.Declare(t.Context(), driver.Topic{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	c, err := b.Subscribe(t.Context(), driver.Subscription{Topic: "a", Group: "g", Window: 4, AckWait: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	publish := func(id string, patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		return b.Publish(ctx, &driver.Message{Topic: "a", ID: id, Data: append([]byte(id+" "), make([]byte, 10<<10)...)})
	}
	if err := publish("before", 10*time.Second); err != nil {
		t.Fatal(err)
	}
	var all syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &all); err != nil {
		t.Fatal(err)
	}
	few := all
	few.Cur = 32 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &few); err != nil {
		t.Fatal(err)
	}
	stored := map[string]bool{"before": true}
	for i := 0; ; i++ {
		id := fmt.Sprint("full-", i)
		if err := publish(id, 2*time.Second); err != nil {
			break
		}
		if stored[id] = true; i == 10 {
			t.Fatal("the disk is not full")
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &all); err != nil {
		t.Fatal(err)
	}
	if err := publish("after", 30*time.Second); err != nil {
		t.Errorf("when there is room again: %v", err)
	}
	stored["after"] = true
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for len(stored) > 0 {
		d, err := c.Next(ctx)
		if err != nil {
			t.Fatalf("%v are missing: %v", stored, err)
		}
		if err := d.Ack(ctx); err != nil {
			t.Error(err)
		}
		id, _, _ := strings.Cut(string(d.Message().Data), " ")
		delete(stored, id)
	}
}
