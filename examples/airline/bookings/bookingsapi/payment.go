package bookingsapi

import "github.com/vade-go/vade/api"

// Payment is how the booking is paid: one of the methods, told apart by the member method.
type Payment = api.Union[Method, Methods]

// Method is one way to pay.
type Method interface {
	// Reference is what the payment provider takes for it. It is never the number of a card.
	Reference() string
}

// Methods are all ways to pay.
type Methods struct{}

// Cases lists them.
func (Methods) Cases() (string, []api.Case) {
	return "method", []api.Case{api.CaseOf[Card]("card"), api.CaseOf[Voucher]("voucher"), api.CaseOf[Miles]("miles")}
}

// Card is a card, as a token of the payment provider.
type Card struct {
	Token string `json:"token" minLength:"1" maxLength:"100" doc:"tok_declined is always declined." example:"tok_visa"`
}

// Reference is the token.
func (c Card) Reference() string { return c.Token }

// Voucher is a gift.
type Voucher struct {
	Code string `json:"code" pattern:"^VADE-[0-9A-Z]{4}-[0-9A-Z]{4}$" doc:"VADE-0000-0000 is spent already." example:"VADE-7K2M-Q94T"`
}

// Reference is the code.
func (v Voucher) Reference() string { return "voucher:" + v.Code }

// Miles are those of a frequent flyer.
type Miles struct {
	Account string `json:"account" pattern:"^[0-9]{9}$" example:"302114907"`
}

// Reference is the account.
func (m Miles) Reference() string { return "miles:" + m.Account }
