package api

import (
	"fmt"

	"github.com/vade-go/vade/manifest"
)

// Version says which version of the API the operations of a group belong to: "2", "2026-01". It is described with them, a handler finds
// it in operation.FromContext, and ids that nobody has named end in it, "get-v2", so that one handler may serve two versions. How
// requests choose a version the path says: api.Group(svc, "/v2", api.Version("2")).
func Version(v string) Option { return versionOption(v) }

type versionOption string

// DescribeOperation writes the version down.
func (v versionOption) DescribeOperation(op *manifest.Operation) { op.Version = string(v) }

// Validate reports what cannot be a part of an id.
func (v versionOption) Validate() error {
	for i := range len(v) {
		if c := v[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '.' && c != '-' {
			return fmt.Errorf("api.Version(%q): a version is letters, digits, dots and hyphens", string(v))
		}
	}
	if v == "" {
		return fmt.Errorf("api.Version: the version is empty")
	}
	return nil
}
