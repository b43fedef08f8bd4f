package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"sync"

	"go.yaml.in/yaml/v3"
)

// maxFile is the largest settings file, in bytes, that is read.
const maxFile = 1 << 20

// loadFile takes the values of the file, if there is one.
func (s *Set) loadFile() []error {
	if s.src.File == "" {
		return nil
	}
	f, err := os.Open(s.src.File)
	if errors.Is(err, fs.ErrNotExist) && !s.src.FileRequired {
		return nil
	}
	if err != nil {
		return []error{&Error{Origin: s.src.File, Reason: "cannot be read: " + err.Error()}}
	}
	defer f.Close() //nolint:errcheck // it was only read from
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return []error{&Error{Origin: s.src.File, Reason: "cannot be read: " + err.Error()}}
	}
	if len(data) > maxFile {
		return []error{&Error{Origin: s.src.File, Reason: fmt.Sprintf("is larger than %d bytes", maxFile)}}
	}
	r := &reader{set: s, path: s.src.File, lines: make(map[string]int)}
	return r.document(data)
}

// reader walks through a YAML file.
type reader struct {
	set   *Set
	path  string
	lines map[string]int // where a key was seen first
}

// at is the place of a node, counted from 1.
func (r *reader) at(n *yaml.Node) string { return fmt.Sprintf("%s:%d:%d", r.path, n.Line, n.Column) }

// wrong is an error at a place in the file.
func (r *reader) wrong(n *yaml.Node, key, reason string) []error {
	return []error{&Error{Key: key, Origin: r.at(n), Reason: reason}}
}

func (r *reader) document(data []byte) []error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil // an empty file sets nothing
	} else if err != nil {
		return r.malformed(err)
	}
	if err := dec.Decode(&second); err == nil {
		return r.wrong(&second, "", "another document begins; the file holds one")
	} else if !errors.Is(err, io.EOF) {
		return r.malformed(err)
	}
	return r.mapping("", doc.Content[0])
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^yaml: (?:line (\d+): )?`) })

// malformed moves the line from the text of a YAML error to its place.
func (r *reader) malformed(err error) []error {
	text, line := err.Error(), "1"
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		if m[1] != "" {
			line = m[1]
		}
	}
	return []error{&Error{Origin: r.path + ":" + line, Reason: "is not well-formed YAML: " + text}}
}

const noAliases = "aliases and merged keys are not taken here"

// mapping takes a mapping whose keys begin with section.
func (r *reader) mapping(section string, n *yaml.Node) []error {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return nil // a section of which all is commented out
	}
	if n.Kind != yaml.MappingNode {
		return r.wrong(n, section, "must be a mapping from names to values")
	}
	var errs []error
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key, reason := scalar(name)
		if reason != "" {
			errs = append(errs, r.wrong(name, section, reason)...)
			continue
		}
		if section != "" {
			key = section + "." + key
		}
		switch line, twice := r.lines[key]; {
		case twice:
			errs = append(errs, r.wrong(name, key, fmt.Sprintf("is set twice, first in line %d", line))...)
		case value.Kind == yaml.AliasNode:
			errs = append(errs, r.wrong(value, key, noAliases)...)
		default:
			r.lines[key] = name.Line
			errs = append(errs, r.entry(key, name, value)...)
		}
	}
	return errs
}

func (r *reader) entry(key string, name, value *yaml.Node) []error {
	if f, ok := r.set.find(key); ok {
		return r.field(f, value)
	}
	if r.set.isSection(key) {
		return r.mapping(key, value)
	}
	return []error{r.set.unknown(key, r.at(name))}
}

// field takes the value of a field: a scalar, a sequence for a list, a mapping for a dict.
func (r *reader) field(f *field, n *yaml.Node) []error {
	f.given = true
	switch {
	case n.Kind == yaml.SequenceNode && f.shape == list:
		return r.sequence(f, n)
	case n.Kind == yaml.MappingNode && f.shape == dict:
		return r.entries(f, n)
	}
	text, reason := scalar(n)
	if reason != "" {
		return r.wrong(n, f.key, reason)
	}
	return f.set(text, r.at(n))
}

func (r *reader) sequence(f *field, n *yaml.Node) []error {
	var errs []error
	l := reflect.MakeSlice(f.value.Type(), len(n.Content), len(n.Content))
	for i, e := range n.Content {
		if text, reason := scalar(e); reason != "" {
			errs = append(errs, r.wrong(e, f.key, reason)...)
		} else if reason := parsePlain(text, l.Index(i)); reason != "" {
			errs = append(errs, f.wrong(text, r.at(e), reason))
		}
	}
	return r.keep(f, l, n, errs)
}

func (r *reader) entries(f *field, n *yaml.Node) []error {
	var errs []error
	m := reflect.MakeMap(f.value.Type())
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key, reason := scalar(name)
		if reason == "" && has(m, key) {
			reason = twice(key)
		}
		if reason != "" {
			errs = append(errs, r.wrong(name, f.key, reason)...)
			continue
		}
		if text, reason := scalar(value); reason != "" {
			errs = append(errs, r.wrong(value, f.key, reason)...)
		} else if reason := put(m, key, text); reason != "" {
			errs = append(errs, f.wrong(text, r.at(value), reason))
		}
	}
	return r.keep(f, m, n, errs)
}

// keep sets a field to what was read for it, unless some of that was wrong.
func (r *reader) keep(f *field, v reflect.Value, n *yaml.Node, errs []error) []error {
	if len(errs) == 0 {
		f.value.Set(v)
		f.origin = r.at(n)
	}
	return errs
}

// scalar returns the text of a plain value; that of null is empty. A tag of the writer's own, such as !vault, asks for something
// that nobody here would do, so its value is not taken literally.
func scalar(n *yaml.Node) (text, reason string) {
	switch n.Kind {
	case yaml.ScalarNode:
	case yaml.AliasNode:
		return "", noAliases
	default:
		return "", "must be a plain value"
	}
	switch tag := n.ShortTag(); tag {
	case "!!null":
		return "", ""
	case "!!str", "!!int", "!!float", "!!bool", "!!timestamp":
		return n.Value, ""
	case "!!merge":
		return "", noAliases
	default:
		return "", "has the tag " + tag + ", which means nothing here"
	}
}
