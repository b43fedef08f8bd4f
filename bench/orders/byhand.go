package orders

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"

	jsonv1 "encoding/json"

	"github.com/go-json-experiment/json"
)

const maxBody = 1 << 20

// usual is how many items most orders have at most. Making room for them at once saves three allocations of four.
const usual = 8

// ReadBody reads a body with one allocation, as somebody would who counts them.
func ReadBody(r *http.Request) ([]byte, error) { return appendBody(nil, r) }

// appendBody is ReadBody with room that was used before.
func appendBody(room []byte, r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 || r.ContentLength > maxBody {
		return io.ReadAll(io.LimitReader(r.Body, maxBody))
	}
	data := slices.Grow(room, int(r.ContentLength))[:r.ContentLength]
	_, err := io.ReadFull(r.Body, data)
	return data, err
}

// fixed reads the body and answers what never changes: what net/http itself costs.
func fixed() http.Handler {
	answer := []byte(`{"id":"ord_1000001","total_cents":17637,"created_at":"2026-11-24T12:00:00.123456789Z","items":[` +
		`{"sku":"ABC-1234","qty":2,"price_cents":1999},{"sku":"DEF-5678","qty":1,"price_cents":4999},` +
		`{"sku":"GHI-9012","qty":10,"price_cents":99},{"sku":"JKL-3456","qty":3,"price_cents":1250},` +
		`{"sku":"MNO-7890","qty":5,"price_cents":780}]}`)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Path, func(w http.ResponseWriter, r *http.Request) {
		if _, err := ReadBody(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header()["Content-Type"] = contentJSON
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(answer)
	})
	return mux
}

// contentJSON is shared by answers, which do not change it.
var contentJSON = []string{"application/json"}

// byHand is plain net/http with the JSON package that Vade uses: the measure of everything else.
func byHand() http.Handler {
	d, strict := new(Desk), json.RejectUnknownMembers(true)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Path, func(w http.ResponseWriter, r *http.Request) {
		data, err := ReadBody(r)
		in := Order{Items: make([]Item, 0, usual)}
		if err == nil {
			err = json.Unmarshal(data, &in, strict)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := in.check(); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		out := d.Place(in)
		w.Header()["Content-Type"] = contentJSON
		w.WriteHeader(http.StatusCreated)
		_ = json.MarshalWrite(w, &out)
	})
	return mux
}

// byHandV1 is the same with encoding/json, as most Go services have it today.
func byHandV1() http.Handler {
	d := new(Desk)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Path, func(w http.ResponseWriter, r *http.Request) {
		data, err := ReadBody(r)
		in := Order{Items: make([]Item, 0, usual)}
		if err == nil {
			err = DecodeV1(data, &in)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := in.check(); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		out, err := jsonv1.Marshal(d.Place(in))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header()["Content-Type"] = contentJSON
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(out)
	})
	return mux
}

// DecodeV1 is encoding/json with unknown members and trailing data refused.
func DecodeV1(data []byte, v any) error {
	dec := jsonv1.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the JSON value")
	}
	return nil
}
