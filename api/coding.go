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
// those that it weighs the same, the first in the list. Answers that flow are not. An answer that holds a secret beside text that a
// stranger can choose should not be compressed: its length tells of the secret (the attack called BREACH).
func Compress(list ...Coding) Option { return codings(list) }

type codings []Coding

// DescribeOperation does nothing: clients learn of it from each answer.
func (codings) DescribeOperation(*manifest.Operation) {}

// Validate reports a coding that is nil or has no name.
func (list codings) Validate() error {
	if slices.ContainsFunc(list, func(c Coding) bool { return c == nil || c.Name() == "" || strings.ContainsAny(c.Name(), ";,\" ") }) {
		return errors.New("api.Compress: a coding is nil or has a name that no header can carry")
	}
	return nil
}

// worthwhile is the shortest answer, in bytes, that is compressed.
const worthwhile = 1 << 10

// chooses returns the coding of an answer; nil: it is sent as it is.
func (x *wire) chooses(header http.Header, length int) Coding {
	if length < worthwhile || len(x.codings) == 0 || len(header["Accept-Encoding"]) == 0 {
		return nil
	}
	accept := parseWeights(header["Accept-Encoding"])
	var best Coding
	most := 0
	for _, c := range x.codings {
		if q := weighCoding(accept, c.Name()); q > most {
			best, most = c, q
		}
	}
	return best
}

// weighCoding returns the weight of a content coding in a list: that of its name, or of "*".
func weighCoding(list []weighted, name string) int {
	for _, name := range []string{name, "*"} {
		if i := slices.IndexFunc(list, func(w weighted) bool { return w.name == name }); i >= 0 {
			return list[i].weight
		}
	}
	return 0
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
	h.Set("ETag", `"`+tag+`"`)
	return matches(strings.Join(c.Request.Header["If-None-Match"], ","), tag, true)
}

// variant marks the ETag of an answer in another form than the plain one: its bytes are others. [Precondition] knows such tags again.
func variant(h http.Header, name string) {
	if tag, ok := strings.CutSuffix(h.Get("ETag"), `"`); ok {
		h.Set("ETag", tag+variantMark+name+`"`)
	}
}

// variantMark stands between the tag of a version and the form in which that was sent.
const variantMark = ";"
