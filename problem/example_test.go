package problem_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/vade-go/vade/problem"
)

var ErrSoldOut = problem.New(http.StatusConflict, "sold-out", "The flight is sold out")

func Example() {
	err := fmt.Errorf("bookings: book: %w", ErrSoldOut.WithDetail("flight %s has no seat left", "VD 7"))

	rec := httptest.NewRecorder()
	if p, ok := problem.From(err); ok {
		problem.Write(rec, p)
	}
	fmt.Println(rec.Code, rec.Body)

	received, _ := problem.Read(rec.Result())
	fmt.Println(errors.Is(received, ErrSoldOut))
	// Output:
	// 409 {"type":"/problems/sold-out","title":"The flight is sold out","status":409,"detail":"flight VD 7 has no seat left","code":"sold-out"}
	// true
}
