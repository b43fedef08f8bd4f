package unions

import "github.com/vade-go/vade/api"

type Card struct {
	Number string `json:"number"`
}

func (Card) method() {}

type Voucher struct {
	Code string `json:"code"`
}

func (Voucher) method() {}

type Method interface{ method() } // a Card or a Voucher

type Methods struct{} // lists them
func (Methods) Cases() (string, []api.Case) {
	return "kind", []api.Case{api.CaseOf[Card]("card"), api.CaseOf[Voucher]("voucher")}
}

type Order struct {
	Payment api.Union[Method, Methods] `json:"payment"` // {"kind": "card", "number": "4242"}
}
