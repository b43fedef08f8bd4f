package orders

import (
	"errors"
	"math"
	"net/http"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

var (
	errSyntax  = errors.New("the body is not well-formed JSON")
	errUnknown = errors.New("a member is unknown or there twice")
	errType    = errors.New("a member has the wrong type")
)

// desktop is what a request is worked on with. It is used again.
type desktop struct {
	body, answer []byte
	items        []Item
}

// onePass is code for this schema alone, as a generator could emit it: it parses and validates in one pass, appends the answer, and
// uses its memory again. It is the floor of what is possible on net/http. It stops at the first mistake, as the others by hand do.
func onePass() http.Handler {
	d := new(Desk)
	desktops := sync.Pool{New: func() any { return new(desktop) }}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Path, func(w http.ResponseWriter, r *http.Request) {
		t := desktops.Get().(*desktop)
		defer desktops.Put(t)
		var err error
		if t.body, err = appendBody(t.body[:0], r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		in, err := parseOrder(t.body, t.items[:0])
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		out := d.Place(in)
		t.items, t.answer = in.Items, appendReceipt(t.answer[:0], &out)
		w.Header()["Content-Type"] = contentJSON
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(t.answer)
	})
	return mux
}

// scanner reads one JSON text from front to back.
type scanner struct {
	data []byte
	at   int
}

// parseOrder decodes and validates an order in one pass. Its items go to room, and further where that is not enough.
func parseOrder(data []byte, room []Item) (Order, error) {
	s := scanner{data: data}
	var o Order
	var seen int
	err := s.object(func(name []byte) (err error) {
		var bit int
		switch string(name) {
		case "customer_id":
			bit = 1
			o.Customer, err = s.text()
			if err == nil && !isUUID(o.Customer) {
				err = errCustomer
			}
		case "currency":
			bit = 2
			o.Currency, err = s.currency()
		case "items":
			bit = 4
			o.Items, err = s.items(room)
		case "note":
			bit = 8
			o.Note, err = s.text()
			if err == nil && len(o.Note) > 200 && utf8.RuneCountInString(o.Note) > 200 {
				err = errNote
			}
		default:
			return errUnknown
		}
		if err == nil && seen&bit != 0 {
			err = errUnknown
		}
		seen |= bit
		return err
	})
	switch {
	case err != nil:
		return o, err
	case s.next() != 0:
		return o, errSyntax
	case seen&1 == 0:
		return o, errCustomer
	case seen&2 == 0:
		return o, errCurrency
	case seen&4 == 0:
		return o, errItems
	}
	return o, nil
}

func (s *scanner) currency() (string, error) {
	b, err := s.str()
	if err != nil {
		return "", err
	}
	for _, known := range [...]string{"EUR", "USD", "CHF"} {
		if string(b) == known {
			return known, nil
		}
	}
	return "", errCurrency
}

func (s *scanner) items(list []Item) ([]Item, error) {
	if s.next() != '[' {
		return nil, errType
	}
	s.at++
	if s.next() == ']' {
		return nil, errItems
	}
	for {
		if len(list) == 50 {
			return nil, errItems
		}
		it, err := s.item()
		if err != nil {
			return nil, err
		}
		list = append(list, it)
		switch s.next() {
		case ',':
			s.at++
		case ']':
			s.at++
			return list, nil
		default:
			return nil, errSyntax
		}
	}
}

func (s *scanner) item() (it Item, err error) {
	var seen int
	err = s.object(func(name []byte) (err error) {
		var bit int
		var n int64
		switch string(name) {
		case "sku":
			bit = 1
			it.SKU, err = s.text()
			if err == nil && !IsSKU(it.SKU) {
				err = errSKU
			}
		case "qty":
			bit = 2
			n, err = s.integer()
			if it.Qty = int(n); err == nil && (n < 1 || n > 100) {
				err = errQty
			}
		case "price_cents":
			bit = 4
			it.Price, err = s.integer()
			if err == nil && it.Price < 0 {
				err = errPrice
			}
		default:
			return errUnknown
		}
		if err == nil && seen&bit != 0 {
			err = errUnknown
		}
		seen |= bit
		return err
	})
	switch {
	case err != nil:
		return it, err
	case seen&1 == 0:
		return it, errSKU
	case seen&2 == 0:
		return it, errQty
	}
	return it, nil
}

// next skips white space and returns the byte there, or 0 at the end.
func (s *scanner) next() byte {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// object calls member at the value of every member.
func (s *scanner) object(member func(name []byte) error) error {
	if s.next() != '{' {
		return errType
	}
	s.at++
	if s.next() == '}' {
		s.at++
		return nil
	}
	for {
		s.next()
		name, err := s.str()
		if err != nil {
			return err
		}
		if s.next() != ':' {
			return errSyntax
		}
		s.at++
		if s.next() == 0 {
			return errSyntax
		}
		if err := member(name); err != nil {
			return err
		}
		switch s.next() {
		case ',':
			s.at++
		case '}':
			s.at++
			return nil
		default:
			return errSyntax
		}
	}
}

func (s *scanner) text() (string, error) {
	b, err := s.str()
	return string(b), err
}

// str returns a string's bytes, in place where it has no escapes.
func (s *scanner) str() ([]byte, error) {
	if s.at >= len(s.data) || s.data[s.at] != '"' {
		return nil, errType
	}
	ascii := true
	for i := s.at + 1; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			b := s.data[s.at+1 : i]
			s.at = i + 1
			if !ascii && !utf8.Valid(b) {
				return nil, errSyntax
			}
			return b, nil
		case c == '\\':
			return s.escaped(i)
		case c < ' ':
			return nil, errSyntax
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, errSyntax
}

// escaped is a string with a backslash at i: rare, and the library's.
func (s *scanner) escaped(i int) ([]byte, error) {
	for ; i < len(s.data) && s.data[i] != '"'; i++ {
		if s.data[i] == '\\' {
			i++
		}
	}
	if i >= len(s.data) {
		return nil, errSyntax
	}
	b, err := jsontext.AppendUnquote(nil, s.data[s.at:i+1])
	s.at = i + 1
	return b, err
}

// integer reads an integer without fraction and exponent.
func (s *scanner) integer() (int64, error) {
	negative := s.data[s.at] == '-'
	if negative {
		s.at++
	}
	start, n := s.at, int64(0)
	for ; s.at < len(s.data) && '0' <= s.data[s.at] && s.data[s.at] <= '9'; s.at++ {
		if n > (math.MaxInt64-9)/10 {
			return 0, errType
		}
		n = 10*n + int64(s.data[s.at]-'0')
	}
	if s.at == start || s.data[start] == '0' && s.at > start+1 {
		return 0, errType
	}
	if negative {
		n = -n
	}
	return n, nil
}
