package apitest_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
)

// A test program may have such a flag of its own.
var _ = flag.Bool("update", false, "write golden documents")

func TestTheDocumentIsThatOfTheService(t *testing.T) {
	t.Parallel()
	other := vade.NewService("other")
	api.Get(other, "/other", func(context.Context, api.None) (string, error) { return "", nil }, auth.Public())
	tt := apitest.New(t, shop(), apitest.Beside(other), apitest.Override(acme))
	if doc := string(tt.OpenAPI()); !strings.Contains(doc, `"title": "shop"`) || !strings.Contains(doc, `"/orders"`) || strings.Contains(doc, `"/other"`) {
		t.Errorf("got %s", doc)
	}
	all := apitest.NewSystem(t, vade.NewSystem("mall", shop(), vade.NewService("nothing")), apitest.Override(acme))
	if doc := string(all.OpenAPI()); !strings.Contains(doc, `"title": "mall"`) || !strings.Contains(doc, `"/orders"`) {
		t.Errorf("got %s", doc)
	}
}

func TestAGoldenDocumentIsWrittenWhenAskedForAndComparedOtherwise(t *testing.T) {
	file := filepath.Join(t.TempDir(), "testdata", "openapi.json")
	golden := func(tb testing.TB) { apitest.New(tb, shop(), apitest.Override(acme)).GoldenOpenAPI(file) }
	if said := failing(t, golden); !strings.Contains(said, "UPDATE_GOLDEN=1 go test writes it") {
		t.Errorf("without a file: %q", said)
	}
	t.Setenv("UPDATE_GOLDEN", "1")
	golden(t)
	t.Setenv("UPDATE_GOLDEN", "")
	golden(t)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), "/whoami", "/whoareyou", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	said := failing(t, golden)
	if !strings.Contains(said, `-     "/whoareyou": {`) || !strings.Contains(said, `+     "/whoami": {`) || strings.Count(said, "\n") > 5 {
		t.Errorf("got %s", said)
	}
	if err := os.WriteFile(file, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if said := failing(t, golden); !strings.Contains(said, "more lines") {
		t.Errorf("got %s", said)
	}
	for _, update := range []string{"true", "false"} {
		if err := flag.Set("update", update); err != nil {
			t.Fatal(err)
		}
		golden(t)
	}
}
