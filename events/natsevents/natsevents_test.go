package natsevents_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/vade-go/vade/events/driver"
	"github.com/vade-go/vade/events/natsevents"
	"github.com/vade-go/vade/internal/natstest"
)

func TestURLsThatSayNothingUsefulAreRefused(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"kafka://x":                  "none of embedded, nats, tls",
		"nats:":                      "has no host",
		"embedded:?replicas=3":       `unknown setting "replicas"`,
		"embedded://broker:4222":     "write embedded: for it, or nats://broker:4222",
		"embedded://u:secret@":       "has no address",
		"embedded:/var/lib/nats":     "has no address",
		"embedded:folder":            "has no address",
		"nats://x?replica=3":         `unknown setting "replica"`,
		"nats://x?replicas=0":        "replicas=0",
		"nats://x?replicas=many":     "replicas=many",
		"nats://u:secret@x?strict=1": "unknown setting",
		"nats://secret@x?strict=1":   "unknown setting",
	} {
		_, err := tryOpen(t.Context(), url, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "natsevents: ") {
			t.Errorf("%s: %v, want %s", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	if _, err := tryOpen(t.Context(), "embedded:", ""); err == nil || !strings.Contains(err.Error(), "data folder") {
		t.Errorf("without a folder: %v", err)
	}
}

func TestASecondBrokerOnTheSameFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, "embedded:", dir)
	if _, err := tryOpen(t.Context(), "embedded:", dir); !errors.Is(err, natsevents.ErrLocked) {
		t.Errorf("the second: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, "embedded:", dir)
}

func TestABadFolderIsNamed(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(dir string) error{
		"is a file":          func(dir string) error { return os.WriteFile(filepath.Join(dir, "nats"), nil, 0o600) },
		"has no lock file":   func(dir string) error { return os.MkdirAll(filepath.Join(dir, "nats", "lock"), 0o700) },
		"has no store":       func(dir string) error { return file(filepath.Join(dir, "nats", "jetstream")) },
		"has no account":     func(dir string) error { return file(filepath.Join(dir, "nats", "jetstream", "$G")) },
		"has a stream unfit": func(dir string) error { return file(filepath.Join(dir, "nats", "jetstream", "$G", "streams")) },
	} {
		dir := t.TempDir()
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		b, err := tryOpen(t.Context(), "embedded:", dir)
		if err == nil {
			err = errors.Join(b.Declare(t.Context(), driver.Topic{Name: "a"}), b.Close())
		}
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "nats")) {
			t.Errorf("a folder that %s: %v", name, err)
		}
	}
}

// file makes an empty file and the folders around it.
func file(path string) error {
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600))
}

const childDir = "VADE_TEST_NATS_DIR"

// TestASecondProcessOnTheSameFolderIsRefused runs itself as that process.
func TestASecondProcessOnTheSameFolderIsRefused(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		_, err := tryOpen(t.Context(), "embedded:", dir)
		fmt.Println("child:", err)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	open(t, "embedded:", dir)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestASecondProcessOnTheSameFolderIsRefused$")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "the folder belongs to a running process") {
		t.Errorf("the other process said:\n%s", out)
	}
}

func TestAServerWithoutJetStreamIsRefused(t *testing.T) {
	t.Parallel()
	_, err := tryOpen(t.Context(), natstest.StartWithoutJetStream(t), "")
	if err == nil || !strings.Contains(err.Error(), "without JetStream") {
		t.Errorf("got %v", err)
	}
}

func TestAServerThatIsNotThereIsAnErrorThatSaysSo(t *testing.T) {
	t.Parallel()
	_, err := tryOpen(t.Context(), "nats://"+unusedAddress(t), "")
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

func TestAServerThatDoesNotAnswerIsGivenUpWithTheContext(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err = tryOpen(ctx, "nats://"+l.Addr().String(), "")
	if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > 3*time.Second {
		t.Errorf("after %s: %v", took, err)
	}
}

func TestWhatOtherSystemsPublishIsDeliveredWhateverTheHeaders(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t)
	b := open(t, url, "")
	if err := b.Declare(t.Context(), driver.Topic{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	js := admin(t, url)
	for _, h := range []nats.Header{{"Status": {"100"}}, {"Status": {"404"}, "Description": {"no"}}, {"Ce-ID": {"1"}, "Content-Type": {"x"}}} {
		if _, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: "vade.airline.a", Header: h}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := b.Subscribe(t.Context(), driver.Subscription{Topic: "a", Group: "g", Window: 3, AckWait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for _, want := range []string{"map[status:100]", "map[description:no status:404]", "map[ce-id:1 content-type:x]"} {
		d, err := c.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(d.Message().Headers); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// unusedAddress is one on which nobody listens any more.
func unusedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestTheFirstServerOfTheListThatAnswersWillDo(t *testing.T) {
	t.Parallel()
	live := strings.TrimPrefix(natstest.Start(t), "nats://")
	b := open(t, "nats://"+unusedAddress(t)+","+live, "")
	if err := b.Declare(t.Context(), driver.Topic{Name: "a"}); err != nil {
		t.Error(err)
	}
}

func TestCredentialsOfTheURLAreUsed(t *testing.T) {
	t.Parallel()
	s := natstest.StartServer(t, "--user", "vade", "--pass", "p4ss")
	address := strings.TrimPrefix(s.URL, "nats://")
	open(t, "nats://vade:p4ss@"+address, "")
	_, err := tryOpen(t.Context(), "nats://vade:wrong@"+address, "")
	if !errors.Is(err, nats.ErrAuthorization) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("got %v", err)
	}
	_, err = tryOpen(t.Context(), "nats://t0ken@"+address, "")
	if !errors.Is(err, nats.ErrAuthorization) || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("got %v", err)
	}
}

func TestTheContextOfOpenEndsTheAttemptAndNotTheBroker(t *testing.T) {
	t.Parallel()
	dir, url := t.TempDir(), natstest.Start(t)
	for _, address := range []string{"embedded:", url} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := tryOpen(ctx, address, dir); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a context that has ended: %v", address, err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		b, err := tryOpen(ctx, address, dir) // nothing is left of the attempt before
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(b.Declare(t.Context(), driver.Topic{Name: "a"}), b.Close()); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAConsumerThatWasRemovedIsGone(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t)
	b := open(t, url, "")
	if err := b.Declare(t.Context(), driver.Topic{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	c, err := b.Subscribe(t.Context(), driver.Subscription{Topic: "a", Group: "g", Window: 1, AckWait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	admin := admin(t, url)
	if err := admin.DeleteConsumer(t.Context(), "vade_airline_a", "g"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := c.Next(ctx); !errors.Is(err, driver.ErrGone) {
		t.Errorf("next: %v", err)
	}
	if err := c.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// TestStreamsAreMadeAsDocumented reads what the manual of the package promises.
func TestStreamsAreMadeAsDocumented(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t)
	b := open(t, url, "")
	if err := b.Declare(t.Context(), driver.Topic{Name: "payments.captured", Retain: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Subscribe(t.Context(), driver.Subscription{Topic: "payments.captured", Group: "bookings", Window: 1, AckWait: time.Minute}); err != nil {
		t.Fatal(err)
	}
	stream, err := admin(t, url).Stream(t.Context(), "vade_airline_payments_captured")
	if err != nil {
		t.Fatal(err)
	}
	cfg := stream.CachedInfo().Config
	if cfg.Subjects[0] != "vade.airline.payments.captured" || cfg.Storage != jetstream.FileStorage || cfg.MaxAge != time.Hour ||
		cfg.Duplicates != 10*time.Minute || cfg.Replicas != 1 || cfg.Retention != jetstream.LimitsPolicy {
		t.Errorf("got %+v", cfg)
	}
	c, err := stream.Consumer(t.Context(), "bookings")
	if err != nil {
		t.Fatal(err)
	}
	if cc := c.CachedInfo().Config; cc.AckPolicy != jetstream.AckExplicitPolicy || cc.AckWait != time.Minute || cc.MaxAckPending != 2000 || cc.MaxDeliver != -1 {
		t.Errorf("got %+v", cc)
	}
}

func TestATopicMayChangeItsRetention(t *testing.T) {
	t.Parallel()
	b := open(t, "embedded:", t.TempDir())
	for _, d := range []time.Duration{time.Hour, time.Minute, 0, 24 * time.Hour} {
		if err := b.Declare(t.Context(), driver.Topic{Name: "a", Retain: d}); err != nil {
			t.Errorf("%s: %v", d, err)
		}
	}
}

func TestAGroupMayChangeItsMindExceptAboutItsBeginning(t *testing.T) {
	t.Parallel()
	b := open(t, "embedded:", t.TempDir())
	if err := b.Declare(t.Context(), driver.Topic{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []driver.Subscription{
		{Window: 1, AckWait: time.Minute},
		{Window: 2, AckWait: 2 * time.Minute, FromNow: true},
		{Window: 3, AckWait: time.Second},
	} {
		s.Topic, s.Group = "a", "g"
		if _, err := b.Subscribe(t.Context(), s); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

func TestNamesOutsideTheAlphabetAreRefused(t *testing.T) {
	t.Parallel()
	b := open(t, "embedded:", t.TempDir())
	for _, name := range []string{"", "A", "a_b", "a b", "a>", "a*", "ä"} {
		if err := b.Declare(t.Context(), driver.Topic{Name: name}); err == nil {
			t.Errorf("topic %q was accepted", name)
		}
		if _, err := b.Subscribe(t.Context(), driver.Subscription{Topic: "a", Group: name, Window: 1, AckWait: time.Second}); err == nil {
			t.Errorf("group %q was accepted", name)
		}
	}
}

func TestManyProcessesMayDeclareAtOnce(t *testing.T) {
	t.Parallel()
	url := natstest.Start(t)
	var all sync.WaitGroup
	for range 4 {
		b := open(t, url, "")
		all.Go(func() {
			var topics []driver.Topic
			for i := range 5 {
				topics = append(topics, driver.Topic{Name: fmt.Sprint("t", i), Retain: time.Hour})
			}
			if err := b.Declare(t.Context(), topics...); err != nil {
				t.Error(err)
			}
			if _, err := b.Subscribe(t.Context(), driver.Subscription{Topic: "t0", Group: "g", Window: 1, AckWait: time.Minute}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func admin(t *testing.T, url string) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// BenchmarkStartEmbedded opens an embedded server that has ten topics and as many groups already, and closes it.
func BenchmarkStartEmbedded(b *testing.B) {
	dir := b.TempDir()
	start := func() time.Duration {
		began := time.Now()
		broker := open(b, "embedded:", dir)
		for i := range 10 {
			name := fmt.Sprint("topic", i)
			if err := broker.Declare(b.Context(), driver.Topic{Name: name, Retain: time.Hour}); err != nil {
				b.Fatal(err)
			}
			if _, err := broker.Subscribe(b.Context(), driver.Subscription{Topic: name, Group: "g", Window: 8, AckWait: time.Minute}); err != nil {
				b.Fatal(err)
			}
		}
		took := time.Since(began)
		if err := broker.Close(); err != nil {
			b.Fatal(err)
		}
		return took
	}
	first := start()
	var total time.Duration
	n := 0
	for b.Loop() {
		total += start()
		n++
	}
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
	b.ReportMetric(float64(total.Microseconds())/1000/float64(n), "again-ms")
}
