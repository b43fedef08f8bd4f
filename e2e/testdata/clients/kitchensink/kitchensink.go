// Command kitchensink uses what was generated from the document of everything that can be declared. It only has to compile.
package main

import (
	"net/http"
	"time"

	"airlineclient/schema"
)

func main() {}

// What can go wrong has types with names, and so have their codes.
func refused(p *schema.KitchenOrderProblem409) bool {
	return p.Code == schema.KitchenOrderProblem409CodeSoldOut || p.Code == schema.KitchenOrderProblem409CodeClosed
}

func failed(r *schema.KitchenOrderResponse) []schema.Violation {
	var invalid *schema.KitchenOrderProblem422 = r.ApplicationProblemJSON422
	var forbidden *schema.ProblemForbidden = r.ApplicationProblemJSON403
	if refused(r.ApplicationProblemJSON409) || forbidden.Code == schema.ProblemForbiddenCodeForbidden {
		return nil
	}
	return *invalid.Errors
}

// Every place and style of a parameter.
func parameters() schema.KitchenGetParams {
	up, list, ranges, at := schema.KitchenGetParamsEnum("up"), []string{"a", "b"}, map[string]int64{"a": 1}, time.Time{}
	return schema.KitchenGetParams{
		Text: "x", Enum: &up, List: &list, XSeveral: &list, Ranges: &ranges, Filter: &map[string]string{"a": "b"}, At: &at, XSince: &at, Session: "s",
	}
}

// Values of all kinds: unions, maps, lists, times.
func thing() (schema.Thing, error) {
	t := schema.Thing{
		Kind: "tap", Level: 2, Made: time.Time{}, Takes: "1m30s", Place: []float64{1, 2}, Parts: []schema.Part{{Name: "x"}},
		ByName: map[string]schema.Part{}, Codes: &map[string]time.Time{}, Labels: &map[string]string{"a": "b"},
	}
	return t, t.Shape.FromFigureCircle(schema.FigureCircle{Radius: 1})
}

// What the service sends to others.
func callback() (*http.Request, error) {
	body := schema.KitchenOrderMadeJSONRequestBody{Thing: "tap"}
	return schema.NewKitchenOrderMadeCallbackRequest("https://example.com", &schema.KitchenOrderMadeParams{XSignature: "s"}, body)
}
