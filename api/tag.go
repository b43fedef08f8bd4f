package api

import (
	"fmt"
	"slices"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// Tag is [Tags] of one name, with a description of what the group is about, in CommonMark. A service describes a tag in one way; it is
// enough to do it once.
func Tag(name, description string) Option { return &tag{name: name, description: description} }

type tag struct{ name, description string }

// DescribeOperation adds the tag.
func (t *tag) DescribeOperation(op *manifest.Operation) {
	if !slices.Contains(op.Tags, t.name) {
		op.Tags = append(op.Tags, t.name)
	}
}

// describeTags writes the descriptions of tags into the service, and reports one that is described otherwise already.
func describeTags(d *operation.Description, options []Option) error {
	for _, o := range options {
		t, ok := o.(*tag)
		if !ok {
			continue
		}
		i := slices.IndexFunc(d.Service.Tags, func(known manifest.Tag) bool { return known.Name == t.name })
		switch {
		case i < 0:
			d.Service.Tags = append(d.Service.Tags, manifest.Tag{Name: t.name, Doc: t.description})
		case d.Service.Tags[i].Doc != t.description:
			return fmt.Errorf("api.Tag(%q): it is described otherwise already", t.name)
		}
	}
	return nil
}
