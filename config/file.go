package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"strings"

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
	return s.loadYAML(data)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func (s *Set) loadYAML(data []byte) []error {
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil // an empty file sets nothing
	} else if err != nil {
		text, line := err.Error(), "1"
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			text = text[len(m[0]):]
			if m[1] != "" {
				line = m[1]
			}
		}
		return []error{&Error{Origin: s.src.File + ":" + line, Reason: "is not well-formed YAML: " + text}}
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return []error{&Error{Origin: s.src.File, Reason: "holds more than one document"}}
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return s.mapping("", doc.Content[0])
}

func (s *Set) at(n *yaml.Node) string { return fmt.Sprintf("%s:%d:%d", s.src.File, n.Line, n.Column) }

// mapping takes a mapping whose keys begin with section.
func (s *Set) mapping(section string, n *yaml.Node) []error {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return []error{&Error{Key: section, Origin: s.at(n), Reason: "must be a mapping from names to values"}}
	}
	var errs []error
	seen := make(map[string]int)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key := name.Value
		if section != "" {
			key = section + "." + key
		}
		switch {
		case name.Kind != yaml.ScalarNode || name.Tag == "!!merge" || value.Kind == yaml.AliasNode:
			errs = append(errs, &Error{Key: section, Origin: s.at(name), Reason: "anchors, aliases and merged keys are not taken here"})
			continue
		case seen[name.Value] > 0:
			errs = append(errs, &Error{Key: key, Origin: s.at(name), Reason: fmt.Sprintf("is set twice, first in line %d", seen[name.Value])})
			continue
		}
		seen[name.Value] = name.Line
		errs = append(errs, s.entry(key, name, value)...)
	}
	return errs
}

func (s *Set) entry(key string, name, value *yaml.Node) []error {
	if f, ok := s.find(key); ok {
		if err := f.setNode(value, s.at(value)); err != nil {
			return []error{err}
		}
		return nil
	}
	if s.isSection(key) {
		return s.mapping(key, value)
	}
	return []error{s.unknown(key, s.at(name))}
}

func (s *Set) isSection(key string) bool {
	for _, f := range s.fields {
		if strings.HasPrefix(f.key, key+".") {
			return true
		}
	}
	return false
}

// setNode takes a value of the file: a scalar, a sequence for a slice, a mapping for a map.
func (f *field) setNode(n *yaml.Node, origin string) error {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		return f.set("", origin)
	case n.Kind == yaml.ScalarNode:
		return f.set(n.Value, origin)
	case n.Kind == yaml.SequenceNode && f.value.Kind() == reflect.Slice:
		texts, ok := scalars(n.Content)
		if !ok {
			return &Error{Key: f.key, Origin: origin, Reason: "must be a sequence of plain values"}
		}
		if reason := parseSlice(texts, f.value); reason != "" {
			return f.wrong(strings.Join(texts, ","), origin, reason)
		}
		f.origin = origin
		return nil
	case n.Kind == yaml.MappingNode && f.value.Kind() == reflect.Map:
		texts, ok := scalars(n.Content)
		if !ok {
			return &Error{Key: f.key, Origin: origin, Reason: "must be a mapping of plain values"}
		}
		m := make(map[string]string, len(texts)/2)
		for i := 0; i+1 < len(texts); i += 2 {
			m[texts[i]] = texts[i+1]
		}
		f.value.Set(reflect.ValueOf(m).Convert(f.value.Type()))
		f.origin = origin
		return nil
	}
	return &Error{Key: f.key, Origin: origin, Reason: "must be a plain value"}
}

func scalars(nodes []*yaml.Node) ([]string, bool) {
	texts := make([]string, len(nodes))
	for i, n := range nodes {
		if n.Kind != yaml.ScalarNode {
			return nil, false
		}
		texts[i] = n.Value
	}
	return texts, true
}
