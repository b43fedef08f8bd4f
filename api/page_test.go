package api_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
)

type counting struct {
	api.Paging
	From int    `query:"from" default:"0"`
	Note string `query:"note" default:""`
}

const lastNumber = 50

// count lists the numbers up to lastNumber. Its cursors are numbers.
func count(_ context.Context, in counting) (api.Page[int], error) {
	n := in.From
	if cursor, ok := in.Cursor.Get(); ok {
		var err error
		if n, err = strconv.Atoi(cursor); err != nil {
			return api.Page[int]{}, api.InvalidCursor()
		}
	}
	var page api.Page[int]
	for ; n <= lastNumber && len(page.Items) < in.Limit; n++ {
		page.Items = append(page.Items, n)
	}
	if n <= lastNumber {
		page.Next = strconv.Itoa(n)
	}
	return page, nil
}

var countContract = api.Define[counting, api.Page[int]]("GET", "/numbers", auth.Public())

func counter(t *testing.T) http.Handler {
	s := newService()
	api.Serve(s, countContract, count)
	return s.open(t, io.Discard, nil)
}

func TestTheLinksOfAListLeadThroughAllOfIt(t *testing.T) {
	t.Parallel()
	h := counter(t)
	address, err := url.Parse("http://shop/numbers?from=3&limit=20&note=a%26b%20%3E")
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for pages := 1; ; pages++ {
		res, body := send(t, h, "GET", address.String(), "")
		page := decode[struct {
			Items []int  `json:"items"`
			Next  string `json:"next"`
		}](t, body)
		got = append(got, page.Items...)
		header := res.Header.Get("Link")
		if header == "" {
			if page.Next != "" || pages != 3 {
				t.Errorf("the end after %d pages: %s", pages, body)
			}
			break
		}
		target, rel, _ := strings.Cut(strings.TrimPrefix(header, "<"), ">")
		if address, err = address.Parse(target); err != nil || rel != `; rel="next"` || address.Path != "/numbers" || address.Query().Get("note") != "a&b >" {
			t.Fatalf("Link: %s", header)
		}
	}
	if len(got) != lastNumber-2 || got[0] != 3 || got[len(got)-1] != lastNumber {
		t.Errorf("got %v", got)
	}
}

func TestALinkKeepsTheListsOfTheQuery(t *testing.T) {
	t.Parallel()
	type tagged struct {
		api.Paging
		Tags []string `query:"tag"`
	}
	s := newService()
	api.Get(s, "/tags", func(_ context.Context, in tagged) (api.Page[string], error) {
		return api.Page[string]{Items: in.Tags, Next: "n"}, nil
	}, auth.Public(), api.Name("tags"))
	h := s.open(t, io.Discard, nil)
	for query, want := range map[string]string{
		"tag=a,b%2Cc":           `<?tag=a,b%2Cc&cursor=n>; rel="next"`,
		"cursor=m&tag=a&tag=b,": `<?tag=a&tag=b,&cursor=n>; rel="next"`,
		`x="><y>,%3E&z`:         `<?x=%22%3E%3Cy%3E,%3E&z=&cursor=n>; rel="next"`,
	} {
		if res, body := send(t, h, "GET", "/tags?"+query, ""); res.Header.Get("Link") != want {
			t.Errorf("%s: Link: %s, want %s: %s", query, res.Header.Get("Link"), want, body)
		}
	}
}

func TestACursorThatIsNoneIsAViolation(t *testing.T) {
	t.Parallel()
	h := counter(t)
	for query, want := range map[string]string{
		"cursor=x": "cursor format", "cursor=": "cursor min-length", "limit=0": "limit minimum", "limit=101&cursor=1&cursor=2": "limit maximum, cursor repeated",
	} {
		if res, body := send(t, h, "GET", "/numbers?"+query, ""); res.StatusCode != 422 || listed(t, body) != want {
			t.Errorf("%s: %d %s", query, res.StatusCode, body)
		}
	}
}

func TestPagesAreDescribed(t *testing.T) {
	t.Parallel()
	s := newService()
	api.Serve(s, countContract, count)
	m, err := s.describe()
	if err != nil {
		t.Fatal(err)
	}
	res := m.Operations[0].Responses[0]
	if string(res.Content.Schema) != `{"$ref":"#/schemas/PageInt"}` || len(res.Headers) != 1 || res.Headers[0].Name != "Link" {
		t.Errorf("got %s, %+v", res.Content.Schema, res.Headers)
	}
}

func TestPagesSurviveTheHop(t *testing.T) {
	inBothPlacements(t, func(t *testing.T, conn *call.Conn) {
		got, err := countContract.Call(t.Context(), conn, counting{Paging: api.Paging{Limit: 2, Cursor: api.Some("7")}})
		if err != nil || !reflect.DeepEqual(got, api.Page[int]{Items: []int{7, 8}, Next: "9"}) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
