package api_test

import (
	"strings"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
)

func TestATagIsDescribedOnceForAllItsOperations(t *testing.T) {
	t.Parallel()
	s := newService()
	money := api.Tag("money", "What costs something.")
	g := api.Group(s, "", auth.Public(), money)
	api.Get(g, "/a", nothing, api.Name("a"), money, api.Tags("other"))
	api.Get(g, "/b", nothing, api.Name("b"))
	api.Get(s, "/c", nothing, api.Name("c"), auth.Public(), api.Tags("money"))
	api.Webhook[news](s, "news", api.Tag("news", "What happened."))
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Tags) != 2 || m.Tags[0].Name != "money" || m.Tags[0].Doc != "What costs something." || m.Tags[1].Name != "news" {
		t.Errorf("got %+v", m.Tags)
	}
	for i, want := range []string{"money other", "money", "money"} {
		if got := strings.Join(m.Operations[i].Tags, " "); got != want {
			t.Errorf("%s has the tags %q, want %q", m.Operations[i].Path, got, want)
		}
	}
}

func TestATagHasOneDescription(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Get(s, "/a", nothing, auth.Public(), api.Tag("money", "What costs something."))
	api.Webhook[news](s, "news", api.Tag("money", "What is dear."))
	if _, err := s.describe(); err == nil || !strings.Contains(err.Error(), `api.Tag("money"): it is described otherwise`) || !strings.Contains(err.Error(), "tag_test.go:") {
		t.Errorf("got %v", err)
	}
}
