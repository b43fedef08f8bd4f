package problem_test

import (
	"reflect"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/vade-go/vade/problem"
)

func TestExtensionsAreFlattenedAndSorted(t *testing.T) {
	t.Parallel()
	p := soldOut().WithDetail("no seat").With("seats", 0).With("flight", map[string]any{"b": 1, "a": 2})
	got, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"type":"/problems/sold-out","title":"The flight is sold out","status":409,"detail":"no seat",` +
		`"code":"sold-out","flight":{"a":2,"b":1},"seats":0}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatCannotBeWrittenIsLeftOut(t *testing.T) {
	t.Parallel()
	p := problem.New(500, "broken", "bad \xff text").With("channel", make(chan int)).With("status", 200).With("ok\xff", true)
	got, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"type":"/problems/broken","title":"bad ` + "\uFFFD" + ` text","status":500,"code":"broken","ok` + "\uFFFD" + `":true}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAMemberOfTheWrongTypeIsIgnored(t *testing.T) {
	t.Parallel()
	p, err := problem.Parse([]byte(`{"type":1,"title":{},"status":"409","detail":null,"code":["x"],"id":false,"errors":"many","balance":30}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &problem.Problem{Extensions: map[string]any{"balance": 30.0}}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("Parse = %+v, want %+v", p, want)
	}
}

func TestParseRefusesWhatIsNotOneObject(t *testing.T) {
	t.Parallel()
	for _, data := range []string{``, `null`, `[]`, `"x"`, `{`, `{} {}`, `{"code":"a","code":"b"}`, "{\"title\":\"\xff\"}"} {
		if p, err := problem.Parse([]byte(data)); err == nil {
			t.Errorf("Parse(%s) = %+v", data, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"type":"/problems/sold-out","title":"t","status":409,"code":"sold-out","seats":0}`))
	f.Add([]byte(`{"status":422,"code":"invalid","errors":[{"in":"body","pointer":"/a~1b","code":"type","message":"m"}]}`))
	f.Add([]byte(`{"status":1e2,"errors":[],"x":null,"y":[1,{"z":1e400}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := problem.Parse(data)
		if err != nil {
			return
		}
		written, err := p.MarshalJSON()
		if err != nil {
			t.Fatalf("cannot write %+v: %v", p, err)
		}
		again, err := problem.Parse(written)
		if err != nil {
			t.Fatalf("cannot parse %s: %v", written, err)
		}
		if !reflect.DeepEqual(p, again) {
			t.Fatalf("round trip: %+v became %+v", p, again)
		}
	})
}
