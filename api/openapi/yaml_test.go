package openapi_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vade-go/vade/api/openapi"
	"go.yaml.in/yaml/v3"
)

func TestWhatYAMLWouldMisreadIsQuoted(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"b":"no","a":1}`:                                    "b: \"no\"\na: 1\n",
		`{"y":"Yes","on":null}`:                               "\"y\": \"Yes\"\n\"on\": null\n",
		`{"200":"1.0","$ref":"#/a"}`:                          "\"200\": \"1.0\"\n$ref: \"#/a\"\n",
		`["2001-01-01","1:30","0x1f","1_000",".5","1e3"]`:     "- \"2001-01-01\"\n- \"1:30\"\n- \"0x1f\"\n- \"1_000\"\n- \".5\"\n- \"1e3\"\n",
		`["~","<<","=","","- a","a: b","a #b"," a","a ","é"]`: "- \"~\"\n- \"<<\"\n- \"=\"\n- \"\"\n- \"- a\"\n- \"a: b\"\n- \"a #b\"\n- \" a\"\n- \"a \"\n- \"é\"\n",
		`["a b","/pets/{id}","it's"]`:                         "- a b\n- /pets/{id}\n- it's\n",
		`["two\nlines","\u0085\u2028\u007f"]`:                 "- \"two\\nlines\"\n- \"\\N\\L\\x7F\"\n",
		`[1e3,1E-2,-0.5,12345678901234567890123,true]`:        "- 1.0e+3\n- 1.0e-2\n- -0.5\n- 12345678901234567890123\n- true\n",
		`{"a":{},"b":[],"c":[{"d":[[1]]}]}`:                   "a: {}\nb: []\nc:\n  - d:\n      - - 1\n",
	} {
		if got, err := openapi.YAML([]byte(in)); err != nil || string(got) != want {
			t.Errorf("%s became\n%snot\n%s(%v)", in, got, want, err)
		}
	}
}

func TestTheMembersKeepTheirOrderInYAML(t *testing.T) {
	t.Parallel()
	data, err := openapi.YAML(derive(t, everything(), openapi.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for _, member := range []string{"openapi:", "info:", "servers:", "tags:", "paths:", "components:"} {
		i := bytes.Index(data, []byte("\n"+member))
		if member == "openapi:" {
			i = 0
		}
		if i < at || i < 0 {
			t.Errorf("%s stands at %d", member, i)
		}
		at = i
	}
}

func TestWhatIsNotJSONIsNoDocument(t *testing.T) {
	t.Parallel()
	for _, in := range []string{``, `{`, `[1,]`, `{"a":1,"a":2}`, `{"a"}`, "\"\xff\"", `{}{}`} {
		if out, err := openapi.YAML([]byte(in)); err == nil || !strings.HasPrefix(err.Error(), "openapi: yaml: ") {
			t.Errorf("%q became %q (%v)", in, out, err)
		}
	}
}

func FuzzYAML(f *testing.F) {
	f.Add([]byte(`{"a":["no",1e3,null,"x: y",{"":[]}],"200":"\u0000\ud83d\ude00\ufeff"}`))
	f.Add([]byte(`"\u2028 \t\u0085"`))
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := openapi.YAML(in)
		if err != nil {
			if jsontext.Value(in).IsValid() {
				t.Errorf("%s: %v", in, err)
			}
			return
		}
		var got any
		if err := yaml.Unmarshal(out, &got); err != nil {
			t.Fatalf("%s became %s: %v", in, out, err)
		}
		texts(t, in, out)
	})
}

// texts compares every text of the JSON document and of the YAML, in order.
func texts(t *testing.T, in, out []byte) {
	var node yaml.Node
	if err := yaml.Unmarshal(out, &node); err != nil {
		t.Fatal(err)
	}
	var found []string
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
			found = append(found, n.Value)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(&node)
	dec := jsontext.NewDecoder(bytes.NewReader(in))
	for {
		token, err := dec.ReadToken()
		if err != nil {
			break
		}
		if token.Kind() != '"' {
			continue
		}
		if len(found) == 0 || found[0] != token.String() {
			t.Fatalf("%s became %s, where %q is missing", in, out, token.String())
		}
		found = found[1:]
	}
	if len(found) > 0 {
		t.Errorf("%s became %s, where %q is a text", in, out, found[0])
	}
}
