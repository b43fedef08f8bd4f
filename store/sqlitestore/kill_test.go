package sqlitestore_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/vade-go/vade/store/driver"
	"github.com/vade-go/vade/store/sqlitestore"
)

// A process that a test starts has a task, and the folder of its database.
const (
	childTask   = "SQLITESTORE_TEST_TASK"
	childFolder = "SQLITESTORE_TEST_FOLDER"
)

func TestMain(m *testing.M) {
	if task, ok := childTasks[os.Getenv(childTask)]; ok {
		fmt.Fprintln(os.Stderr, task(os.Getenv(childFolder)))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// childTasks end the process when they succeed.
var childTasks = map[string]func(dir string) error{
	"commit for ever": commitForEver,
	"insert and list": insertAndList,
}

// child prepares a process that does a task.
func child(t *testing.T, task, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childTask+"="+task, childFolder+"="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// commitForEver inserts pairs of documents from several goroutines and prints their number when the commit was acknowledged.
func commitForEver(dir string) error {
	db, err := sqlitestore.Driver().Open(context.Background(), driver.Config{Service: "bookings", DataDir: dir})
	if err != nil {
		return err
	}
	const writers = 4
	failed := make(chan error)
	var line sync.Mutex
	for w := range writers {
		go func() {
			for i := w; ; i += writers {
				err := db.Do(context.Background(), "p", func(ctx context.Context, tx driver.Tx) error {
					for _, id := range pair(i) {
						w := driver.Write{Key: key(id), Data: []byte("1"), Entries: map[string]string{"by": id}}
						if _, err := tx.Put(ctx, w); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					failed <- err
					return
				}
				line.Lock()
				fmt.Println(i)
				line.Unlock()
			}
		}()
	}
	return <-failed
}

func pair(i int) [2]string { return [2]string{"a" + strconv.Itoa(i), "b" + strconv.Itoa(i)} }

func TestEveryAcknowledgedCommitOutlivesAKill(t *testing.T) {
	t.Parallel()
	for _, commits := range []int{1, 100, 1000} {
		t.Run(strconv.Itoa(commits), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			verify(t, dir, killAfter(t, dir, commits))
		})
	}
}

// killAfter lets another process commit and kills it (SIGKILL) after so many commits were acknowledged. It returns all that
// were.
func killAfter(t *testing.T, dir string, commits int) map[int]bool {
	t.Helper()
	child := child(t, "commit for ever", dir)
	output, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := make(map[int]bool)
	for lines := bufio.NewScanner(output); lines.Scan(); {
		i, err := strconv.Atoi(lines.Text())
		if err != nil {
			break // a line that the kill has cut
		}
		if acknowledged[i] = true; len(acknowledged) == commits {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // it was killed
	if len(acknowledged) < commits {
		t.Fatalf("the process stopped after %d commits", len(acknowledged))
	}
	return acknowledged
}

// verify opens what a killed process has left: everything acknowledged is there, and nothing by half.
func verify(t *testing.T, folder string, acknowledged map[int]bool) {
	t.Helper()
	db := open(t, "sqlite:", folder)
	for i := range acknowledged {
		for _, id := range pair(i) {
			if _, err := db.Get(t.Context(), key(id)); err != nil {
				t.Errorf("lost %s: %v", id, err)
			}
		}
	}
	count := func(q driver.Query) int {
		q.Collection, q.Partition, q.Limit = "things", "p", 1_000_000
		docs, err := db.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return len(docs)
	}
	as, bs, entries := count(driver.Query{Prefix: "a"}), count(driver.Query{Prefix: "b"}), count(driver.Query{Index: "by"})
	if as != bs || as+bs != entries || as < len(acknowledged) {
		t.Errorf("%d and %d documents, %d entries, %d acknowledged", as, bs, entries, len(acknowledged))
	}
}
