package operation_test

import (
	"os"
	"strings"
	"testing"

	"github.com/vade-go/vade/operation"
)

func TestTheManualTellsTheTrueOrder(t *testing.T) {
	t.Parallel()
	var names []string
	for s := operation.StageMiddleware; s.String() != "unknown"; s++ {
		names = append(names, s.String())
	}
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	manual := strings.Join(strings.Fields(strings.ReplaceAll(string(text), "//", " ")), " ")
	if order := strings.Join(names, " → "); !strings.Contains(manual, order) {
		t.Errorf("doc.go does not say: %s", order)
	}
}
