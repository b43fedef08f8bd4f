package timetable_test

import (
	"fmt"

	"github.com/vade-go/vade/examples/airline/internal/timetable"
	"github.com/vade-go/vade/examples/airline/internal/world"
)

func Example() {
	w, err := world.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	day, err := timetable.ParseDate("2026-12-01")
	if err != nil {
		fmt.Println(err)
		return
	}
	tt := timetable.New(w.Airports())
	for _, f := range tt.On("ZRH", "JFK", day) {
		fmt.Printf("%s %s-%s %s %s %d.%02d %s\n", f.ID, f.From, f.To,
			f.Departure.Format("15:04 -07:00"), f.Arrival.Sub(f.Departure), f.PriceCents/100, f.PriceCents%100, f.Currency)
	}
	// Output:
	// VD3808-20261201 ZRH-JFK 11:35 +01:00 8h15m0s 447.00 EUR
	// VD3810-20261201 ZRH-JFK 15:05 +01:00 8h15m0s 456.00 EUR
}
