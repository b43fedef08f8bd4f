package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
)

// Coding compresses answers: package api/compress has some. Its methods are safe for concurrent use.
type Coding interface {
	// Name is that of RFC 9110, section 8.4.1, in lower case: "gzip".
	Name() string
	// Encode writes data to dst in compressed form.
	Encode(dst *bytes.Buffer, data []byte) error
}

// Compress lets answers of a kilobyte and more be compressed for clients that accept it, by the coding that the client weighs most; of
// those that it weighs the same, the first in the list. Answers that flow, files and problems are not, and a list without codings ends it for
// an operation. Where nothing fits the answer is sent as it is. One that holds a secret beside text that a stranger can choose should not be
// compressed: its length tells of the secret (the attack called BREACH).
func Compress(list ...Coding) Option { return codings(list) }

type codings []Coding

// DescribeOperation does nothing: clients learn of it from each answer.
func (codings) DescribeOperation(*manifest.Operation) {}

// Validate reports a coding that is nil or has no name.
func (list codings) Validate() error {
	for i, c := range list {
		if c == nil || !isToken(c.Name()) || c.Name() != strings.ToLower(c.Name()) {
			return errors.New("api.Compress: a coding is nil or has a name that no header can carry (RFC 9110, section 8.4.1)")
		}
		if slices.ContainsFunc(list[:i], func(other Coding) bool { return other.Name() == c.Name() }) {
			return errors.New("api.Compress: " + c.Name() + " is there twice")
		}
	}
	return nil
}

// worthwhile is the shortest answer, in bytes, that is compressed, unless the client wants none that is not.
const worthwhile = 1 << 10

// chooses returns the coding of an answer; nil: it is sent as it is.
func (x *wire) chooses(header http.Header, length int) Coding {
	if len(x.codings) == 0 || len(header["Accept-Encoding"]) == 0 {
		return nil
	}
	accept := parseWeights(header["Accept-Encoding"])
	least, named := exactWeight(accept, "identity") // what is compressed is preferred to what is not where both weigh the same
	if q, all := exactWeight(accept, "*"); !named && all && q == 0 {
		named = true
	}
	if refused := named && least == 0; length < worthwhile && !refused {
		return nil
	}
	var best Coding
	most := max(least, 1) - 1
	for _, c := range x.codings {
		if q, _ := weighCoding(accept, c.Name()); q > most {
			best, most = c, q
		}
	}
	return best
}

// ETags gives every answer of a GET that says no version of its own the header ETag, made of its bytes, and answers by 304 without a body where
// the client has them already. The handler runs all the same; one that knows the version beforehand says so with [Versioned].
func ETags() Option { return etags{} }

type etags struct{}

// DescribeOperation adds what the answer has.
func (etags) DescribeOperation(op *manifest.Operation) {
	if op.Method == http.MethodGet {
		op.Responses = append(op.Responses, manifest.Response{Status: http.StatusNotModified, Doc: "The caller has these bytes already"})
	}
}

// tagged sets the header ETag and reports whether the client has what it stands for.
func (x *wire) tagged(h http.Header, c *operation.Call) (unchanged bool) {
	method := c.Request.Method
	if !x.etags || c.Status != http.StatusOK || h.Get("ETag") != "" || method != http.MethodGet && method != http.MethodHead {
		return false
	}
	sum := sha256.Sum256(c.Encoded.Bytes())
	tag := base64.RawURLEncoding.EncodeToString(sum[:12])
	form, unchanged := x.has(c.Request, tag)
	h.Set("ETag", `"`+tag+form+`"`)
	return unchanged
}
