package natsevents

import "testing"

func TestNamesNeverMeet(t *testing.T) {
	t.Parallel()
	seen := make(map[string]string)
	for _, system := range []string{"a", "a-b", "b"} {
		for _, topic := range []string{"b", "b.c", "c", "b-c", "a.b", "b.b.c"} {
			for _, name := range []string{streamName(system, topic), subjectName(system, topic)} {
				if other, ok := seen[name]; ok {
					t.Errorf("%s is %s of %s, and %s", name, topic, system, other)
				}
				seen[name] = topic + " of " + system
			}
		}
	}
}

func TestAttemptsAreReadFromBothFormsOfTheSettlingSubject(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]int{
		"$JS.ACK.stream.group.3.10.7.1700000000000000000.0":                  3,
		"$JS.ACK.hub.ACCOUNT.stream.group.4.10.7.1700000000000000000.0":      4,
		"$JS.ACK.hub.ACCOUNT.stream.group.5.10.7.1700000000000000000.0.rand": 5,
		"$JS.ACK.stream.group.none.10.7.1.0":                                 1,
		"$JS.ACK":                                                            1,
		"":                                                                   1,
	} {
		if got := attemptOf(subject); got != want {
			t.Errorf("%s: attempt %d, want %d", subject, got, want)
		}
	}
}

func TestTheLastWordNamesNoMessage(t *testing.T) {
	t.Parallel()
	got := noMessage("$JS.ACK.stream.group.3.10.7.1700000000000000000.0")
	if want := "$JS.ACK.stream.group.3.9223372036854775807.7.1700000000000000000.0"; got != want {
		t.Errorf("got %s", got)
	}
}

func FuzzAttempt(f *testing.F) {
	f.Add("$JS.ACK.stream.group.3.10.7.1700000000000000000.0")
	f.Add("...........")
	f.Fuzz(func(t *testing.T, subject string) {
		if attemptOf(subject) < 1 {
			t.Errorf("%q: an attempt below 1", subject)
		}
		noMessage(subject)
	})
}
