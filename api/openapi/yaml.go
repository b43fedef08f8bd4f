package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// YAML writes a JSON document as YAML 1.2 (RFC 9512). Members keep their order. What some reader of YAML 1.1 or 1.2 would
// take for something other than a text is quoted: "no", "1.0", "2001-01-01". It is an error when the document is not JSON.
func YAML(document []byte) ([]byte, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(document))
	root, err := yamlNode(dec)
	if err != nil {
		return nil, fmt.Errorf("openapi: yaml: %w", err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("openapi: yaml: more follows the JSON value")
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("openapi: yaml: %w", err)
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("openapi: yaml: %w", err)
	}
	return out.Bytes(), nil
}

// yamlNode reads one JSON value as a node of YAML.
func yamlNode(dec *jsontext.Decoder) (*yaml.Node, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '"':
		return yamlText(token.String()), nil
	case '0':
		return yamlNumber(token.String()), nil
	case 't', 'f':
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: token.String()}, nil
	case 'n':
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	}
	node, end := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}, jsontext.Kind('}')
	if token.Kind() == '[' {
		node.Kind, node.Tag, end = yaml.SequenceNode, "!!seq", ']'
	}
	for dec.PeekKind() != end {
		child, err := yamlNode(dec)
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, child)
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	if len(node.Content) == 0 {
		node.Style = yaml.FlowStyle
	}
	return node, nil
}

// plain are the texts that no reader takes for anything else, words such as "no" aside.
var plain = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_/$][A-Za-z0-9_/{}.,()*+;' -]*$`) })

// yamlText is a text, quoted where it could be misread.
func yamlText(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if !plain().MatchString(text) || strings.HasSuffix(text, " ") || isWord(text) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// isWord reports whether some version of YAML reads the text as a boolean, a number or null.
func isWord(text string) bool {
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf":
		return true
	}
	return false
}

// yamlNumber is a number. Where JSON and YAML write it differently, YAML's form is used: 1e3 is a text to it without a point.
func yamlNumber(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Value: text}
	if strings.ContainsAny(text, ".eE") {
		mantissa, exponent, scientific := strings.Cut(strings.ToLower(text), "e")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		if scientific {
			if exponent[0] != '+' && exponent[0] != '-' {
				exponent = "+" + exponent
			}
			mantissa += "e" + exponent
		}
		node.Value = mantissa
	}
	return node
}
