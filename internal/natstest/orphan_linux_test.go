package natstest_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vade-go/vade/internal/natstest"
)

const orphan = "VADE_TEST_NATS_ORPHAN"

// TestAServerEndsWithTheProcessOfTheTest runs itself as a test that is gone before it can clean up.
func TestAServerEndsWithTheProcessOfTheTest(t *testing.T) {
	if os.Getenv(orphan) != "" {
		fmt.Println(natstest.Start(t))
		os.Exit(0)
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAServerEndsWithTheProcessOfTheTest$")
	cmd.Env = append(os.Environ(), orphan+"=1", "TMPDIR="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(strings.TrimSpace(string(out)), "nats://")
	late := time.Now().Add(30 * time.Second)
	for {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = c.Close()
		if time.Now().After(late) {
			t.Fatalf("a server answers at %s", address)
		}
	}
}
