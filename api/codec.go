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
// nothing fits, since a client can read its problems better than a refusal. Problems come in the format, too, with "problem+" in its name.
func Codecs(list ...Codec) Option { return codecs(list) }

type codecs []Codec

// DescribeOperation does nothing: the contents are described when they are known.
func (codecs) DescribeOperation(*manifest.Operation) {}

// Validate reports a codec that nobody could ask for.
func (list codecs) Validate() error {
	for _, c := range list {
		if c == nil {
			return errors.New("api.Codecs: a codec is nil")
		}
		if t, params, err := mime.ParseMediaType(c.MediaType()); err != nil || len(params) > 0 || t != c.MediaType() || t == mediaJSON {
			return errors.New("api.Codecs: " + strconv.Quote(c.MediaType()) + " is not a media type of its own in lower case, without parameters")
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
	if len(x.codecs) > 0 {
		if t, _, err := mime.ParseMediaType(header.Get("Content-Type")); err == nil {
			for _, c := range x.codecs {
				if c.MediaType() == t && !coded(header) {
					return c, nil
				}
			}
		}
	}
	return nil, checkMediaType(header)
}

// writes returns the codec that the client prefers; nil: JSON.
func (x *wire) writes(header http.Header) Codec {
	if len(x.codecs) == 0 || len(header["Accept"]) == 0 {
		return nil
	}
	accept := parseWeights(header["Accept"])
	var best Codec
	most := weigh(accept, mediaJSON)
	for _, c := range x.codecs {
		if q := weigh(accept, c.MediaType()); q > most {
			best, most = c, q
		}
	}
	return best
}

// weighted is an item of a list with weights.
type weighted struct {
	name   string // in lower case
	weight int    // 0 to 1000
}

// maxChoices is how many items of a list are looked at.
const maxChoices = 64

// parseWeights reads fields such as Accept and Accept-Encoding. Items that are not well formed are left out.
func parseWeights(fields []string) []weighted {
	var list []weighted
	for item := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" || len(list) == maxChoices {
			continue
		}
		w := weighted{name: name, weight: 1000}
		for param := range strings.SplitSeq(params, ";") {
			key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
			if !strings.EqualFold(key, "q") {
				continue
			}
			q, err := strconv.ParseFloat(value, 64)
			if err != nil || q < 0 || q > 1 {
				w.weight = 0
				break
			}
			w.weight = int(q * 1000)
		}
		list = append(list, w)
	}
	return list
}

// weigh returns the weight of a media type in a list: that of the most exact range counts.
func weigh(list []weighted, mediaType string) int {
	kind, _, _ := strings.Cut(mediaType, "/")
	for _, name := range []string{mediaType, kind + "/*", "*/*"} {
		if i := slices.IndexFunc(list, func(w weighted) bool { return w.name == name }); i >= 0 {
			return list[i].weight
		}
	}
	return 0
}

// problemType is the media type of problems in a format.
func problemType(c Codec) string {
	kind, name, _ := strings.Cut(c.MediaType(), "/")
	return kind + "/problem+" + name
}

// sendProblem answers with a problem in the format that the client prefers.
func (x *wire) sendProblem(w http.ResponseWriter, r *http.Request, p *problem.Problem) {
	if c := x.writes(r.Header); c != nil {
		problem.WriteAs(w, p, problemType(c), c.FromJSON)
		return
	}
	problem.Write(w, p)
}
