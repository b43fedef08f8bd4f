package api

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/problem"
)

// Codec is another form of JSON values: package api/cbor has one. It turns documents into JSON and back, so that they are read, held to
// their rules and written as JSON is. Its methods are safe for concurrent use.
type Codec interface {
	// MediaType is that of its documents: "application/cbor".
	MediaType() string
	// ToJSON returns a document as JSON. It refuses what JSON cannot say. Data stays the caller's.
	ToJSON(data []byte) ([]byte, error)
	// FromJSON returns a JSON value as a document.
	FromJSON(data []byte) ([]byte, error)
}

// Codecs lets clients of the operation send and ask for bodies in further formats. A request says its own by Content-Type, and by Accept the
// one that it wants, with the weights of RFC 9110, section 12.5.1; where the choice is open the answer is JSON, and so it is where
// nothing fits, since a client can read an answer better than a refusal. Problems come in the format, too, with "problem+" in its name. What
// no operation answers, such as a path that is not there, and what flows or is a file stays as it is.
func Codecs(list ...Codec) Option { return codecs(list) }

type codecs []Codec

// DescribeOperation names the forms of problems. The other contents are described when they are known.
func (list codecs) DescribeOperation(op *manifest.Operation) {
	op.ProblemTypes = nil
	for _, c := range list {
		if c != nil {
			op.ProblemTypes = append(op.ProblemTypes, problemType(c.MediaType()))
		}
	}
}

// Validate reports a codec that nobody could ask for.
func (list codecs) Validate() error {
	for i, c := range list {
		if c == nil {
			return errors.New("api.Codecs: a codec is nil")
		}
		if t, params, err := mime.ParseMediaType(c.MediaType()); err != nil || len(params) > 0 || t != c.MediaType() || t == mediaJSON {
			return errors.New("api.Codecs: " + strconv.Quote(c.MediaType()) + " is not a media type of its own in lower case, without parameters")
		}
		if slices.ContainsFunc(list[:i], func(other Codec) bool { return other.MediaType() == c.MediaType() }) {
			return errors.New("api.Codecs: " + c.MediaType() + " is there twice")
		}
	}
	return nil
}

const mediaJSON = "application/json"

// describe names the formats of a body beside JSON.
func (x *wire) describe(c *manifest.Content) {
	if c == nil || c.MediaType != mediaJSON {
		return
	}
	for _, codec := range x.codecs {
		c.Also = append(c.Also, codec.MediaType())
	}
}

// reads returns the codec of a body that is not JSON; nil: it is JSON.
func (x *wire) reads(header http.Header) (Codec, error) {
	err := checkMediaType(header)
	if err == nil || len(x.codecs) == 0 || coded(header) {
		return nil, err
	}
	names := mediaJSON + " in UTF-8"
	t, _, failed := mime.ParseMediaType(header.Get("Content-Type"))
	for _, c := range x.codecs {
		if failed == nil && t == c.MediaType() {
			return c, nil
		}
		names += " or " + c.MediaType()
	}
	return nil, problem.UnsupportedMediaType().WithDetail("The body must be %s.", names)
}

// writes returns the codec that the client prefers for an answer, or for a problem; nil: JSON. A client that asks for a format gets its
// problems in it, too, unless it says something else of those.
func (x *wire) writes(header http.Header, problems bool) Codec {
	if len(x.codecs) == 0 || len(header["Accept"]) == 0 {
		return nil
	}
	accept := parseWeights(header["Accept"])
	weight := func(mediaType string) int {
		if q, named := exactWeight(accept, problemType(mediaType)); problems && named {
			return q
		}
		return weigh(accept, mediaType)
	}
	var best Codec
	most := weight(mediaJSON)
	for _, c := range x.codecs {
		if q := weight(c.MediaType()); q > most {
			best, most = c, q
		}
	}
	return best
}

// problemType is the media type of problems in a format.
func problemType(mediaType string) string {
	kind, name, _ := strings.Cut(mediaType, "/")
	return kind + "/problem+" + name
}

// sendProblem answers with a problem in the format that the client prefers.
func (x *wire) sendProblem(w http.ResponseWriter, r *http.Request, p *problem.Problem) {
	if len(x.codecs) > 0 {
		varyBy(w.Header(), "Accept")
	}
	if c := x.writes(r.Header, true); c != nil {
		problem.WriteAs(w, p, problemType(c.MediaType()), c.FromJSON)
		return
	}
	problem.Write(w, p)
}
