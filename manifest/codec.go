package manifest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Normalize sorts every list whose order means nothing, so that the same declarations give the same bytes. Plans and
// parameters keep their order. The lists of s are replaced, not changed: others may read them at the same time.
func (s *System) Normalize() {
	s.Services = sorted(s.Services, func(a, b Service) int { return cmp.Compare(a.Name, b.Name) })
	for i := range s.Services {
		s.Services[i].normalize()
	}
}

func (s *Service) normalize() {
	s.Operations = sorted(s.Operations, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	for i := range s.Operations {
		op := &s.Operations[i]
		op.Problems = inOrder(op.Problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Code, b.Code))
		})
		op.Callbacks = inOrder(op.Callbacks, func(a, b Notification) int { return cmp.Compare(a.Name, b.Name) })
		op.Responses = inOrder(op.Responses, func(a, b Response) int { return cmp.Compare(a.Status, b.Status) })
	}
	s.Mounts = sorted(s.Mounts, func(a, b Mount) int { return cmp.Compare(a.Path, b.Path) })
	s.Tags = sorted(s.Tags, func(a, b Tag) int { return cmp.Compare(a.Name, b.Name) })
	s.Webhooks = sorted(s.Webhooks, func(a, b Notification) int { return cmp.Compare(a.Name, b.Name) })
	s.Publishes = sorted(s.Publishes, func(a, b Topic) int { return cmp.Compare(a.Name, b.Name) })
	s.Subscriptions = sorted(s.Subscriptions, func(a, b Subscription) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Group, b.Group))
	})
	s.Collections = sorted(s.Collections, func(a, b Collection) int { return cmp.Compare(a.Name, b.Name) })
	s.Settings = sorted(s.Settings, func(a, b Setting) int { return cmp.Compare(a.Key, b.Key) })
	s.Calls = slices.Compact(sorted(s.Calls, strings.Compare))
}

// inOrder returns the list itself if it is sorted, as most are, and a sorted copy otherwise.
func inOrder[T any](list []T, by func(a, b T) int) []T {
	if slices.IsSortedFunc(list, by) {
		return list
	}
	return sorted(list, by)
}

// sorted returns a sorted copy. It is places that are sorted, since a sort of its own for every type would weigh 16 kB each.
func sorted[T any](list []T, by func(a, b T) int) []T {
	if list == nil {
		return nil
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return by(list[i], list[j]) })
	out := make([]T, len(list))
	for i, from := range order {
		out[i] = list[from]
	}
	return out
}

// Encode returns the stable JSON form: normalized, indented by two spaces, with a final newline. It leaves s as it is.
func (s *System) Encode() ([]byte, error) {
	out := *s
	out.Format = FormatVersion
	out.Normalize()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return nil, fmt.Errorf("manifest: encode %s: %w", s.Name, err)
	}
	return b.Bytes(), nil
}

// Decode reads what [System.Encode] wrote. Unknown members are ignored; a format newer than [FormatVersion] is refused.
func Decode(data []byte) (*System, error) {
	s := new(System)
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("manifest: decode: %w", err)
	}
	if s.Format < 1 || s.Format > FormatVersion {
		return nil, fmt.Errorf("manifest: decode %s: format %d is not known here (1 to %d are)", s.Name, s.Format, FormatVersion)
	}
	return s, nil
}

// Service finds a service by its name.
func (s *System) Service(name string) (*Service, bool) {
	i := slices.IndexFunc(s.Services, func(v Service) bool { return v.Name == name })
	if i < 0 {
		return nil, false
	}
	return &s.Services[i], true
}
