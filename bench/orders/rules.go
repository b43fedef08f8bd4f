package orders

import (
	"errors"
	"unicode/utf8"
)

// The rules as a careful person writes them by hand: no regular expression, the first mistake is the answer.
var (
	errCustomer = errors.New("customer_id: must be a UUID")
	errCurrency = errors.New("currency: must be EUR, USD or CHF")
	errItems    = errors.New("items: must be 1 to 50")
	errSKU      = errors.New("items: sku must be three letters, a hyphen and four digits")
	errQty      = errors.New("items: qty must be 1 to 100")
	errPrice    = errors.New("items: price_cents must not be negative")
	errNote     = errors.New("note: must be at most 200 characters")
)

// check is the validation by hand.
func (o *Order) check() error {
	switch {
	case !isUUID(o.Customer):
		return errCustomer
	case !isCurrency(o.Currency):
		return errCurrency
	case len(o.Items) < 1 || len(o.Items) > 50:
		return errItems
	case len(o.Note) > 200 && utf8.RuneCountInString(o.Note) > 200:
		return errNote
	}
	for i := range o.Items {
		if err := o.Items[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func (it *Item) check() error {
	switch {
	case !IsSKU(it.SKU):
		return errSKU
	case it.Qty < 1 || it.Qty > 100:
		return errQty
	case it.Price < 0:
		return errPrice
	}
	return nil
}

func isCurrency(s string) bool { return s == "EUR" || s == "USD" || s == "CHF" }

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
		default:
			return false
		}
	}
	return true
}

// IsSKU reports whether s is three letters, a hyphen and four digits.
func IsSKU(s string) bool {
	if len(s) != 8 || s[3] != '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if i < 3 && (c < 'A' || c > 'Z') || i > 3 && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
