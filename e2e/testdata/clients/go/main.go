// Command airlineclient is a client of the airline: airlineclient URL TOKEN DAY. It ends with an error at the first thing that is not as it
// should be. Its package schema is generated.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"airlineclient/schema"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	url, token, day := os.Args[1], os.Args[2], os.Args[3]
	bearer := schema.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	})
	client, err := schema.NewClientWithResponses(url, bearer)
	check(err)
	date, err := time.Parse(time.DateOnly, day)
	check(err)
	flight := search(ctx, client, date)
	book(ctx, client, flight)
	refused(ctx, client, flight)
}

func check(err error) { must(err == nil, "error", err) }

func must(holds bool, what string, seen ...any) {
	if !holds {
		fmt.Fprintln(os.Stderr, append([]any{what}, seen...)...)
		os.Exit(1)
	}
}

func search(ctx context.Context, client *schema.ClientWithResponses, day time.Time) schema.Flight {
	q, limit := "zurich", int64(5)
	airports, err := client.AirportsSearchWithResponse(ctx, &schema.AirportsSearchParams{Q: &q, Limit: &limit})
	check(err)
	must(airports.JSON200 != nil && airports.JSON200.Airports[0].Iata == "ZRH", "airports", string(airports.Body))
	found, err := client.FlightsSearchWithResponse(ctx, &schema.FlightsSearchParams{From: "ZRH", To: "LHR", Date: openapi_types.Date{Time: day}})
	check(err)
	must(found.JSON200 != nil && len(found.JSON200.Flights) > 0, "flights", string(found.Body))
	return found.JSON200.Flights[0]
}

func order(flight string) schema.Order {
	var card schema.Method
	check(card.FromMethodCard(schema.MethodCard{Token: "tok_visa"})) // sets the discriminator
	return schema.Order{
		FlightID:   flight,
		Passengers: []schema.Passenger{{Name: "Ada Lovelace", Email: "ada@example.com"}},
		Payment:    card,
	}
}

func book(ctx context.Context, client *schema.ClientWithResponses, flight schema.Flight) {
	key := "go-1"
	booked, err := client.BookingsBookWithResponse(ctx, &schema.BookingsBookParams{IdempotencyKey: &key}, order(flight.ID))
	check(err)
	must(booked.JSON201 != nil && booked.Headers201.Location != nil, "book", string(booked.Body))
	replayed, err := client.BookingsBookWithResponse(ctx, &schema.BookingsBookParams{IdempotencyKey: &key}, order(flight.ID))
	check(err)
	must(replayed.JSON201 != nil && replayed.JSON201.ID == booked.JSON201.ID, "book once", string(replayed.Body))
	_, err = client.BookingsBookWithResponse(ctx, &schema.BookingsBookParams{}, order(flight.ID))
	check(err)
	read, err := client.BookingsGetWithResponse(ctx, booked.JSON201.ID)
	check(err)
	must(read.JSON200 != nil && read.Headers200.ETag != nil && read.JSON200.FlightID == flight.ID, "read", string(read.Body))
	var ids []string
	one, cursor := int64(1), ""
	for {
		params := schema.BookingsListParams{Limit: &one}
		if cursor != "" {
			params.Cursor = &cursor
		}
		page, err := client.BookingsListWithResponse(ctx, &params)
		check(err)
		must(page.JSON200 != nil && len(page.JSON200.Items) <= 1, "list", string(page.Body))
		for _, b := range page.JSON200.Items {
			ids = append(ids, b.ID)
		}
		if page.JSON200.Next == nil {
			break
		}
		must(page.Headers200.Link != nil, "Link", page.HTTPResponse.Header)
		cursor = *page.JSON200.Next
	}
	must(len(ids) == 2 && ids[0] != ids[1], "pages", ids)
}

func refused(ctx context.Context, client *schema.ClientWithResponses, flight schema.Flight) {
	missing, err := client.BookingsGetWithResponse(ctx, strings.Repeat("a", 26))
	check(err)
	must(missing.ApplicationProblemJSON404 != nil && missing.ApplicationProblemJSON404.Code == "unknown-booking", "404", string(missing.Body))
	number, _, _ := strings.Cut(flight.ID, "-")
	departed, err := client.BookingsBookWithResponse(ctx, &schema.BookingsBookParams{}, order(number+"-20200106"))
	check(err)
	must(departed.ApplicationProblemJSON409 != nil && departed.ApplicationProblemJSON409.Code == "departed", "409", string(departed.Body))
	invalid := order("")
	invalid.Passengers = []schema.Passenger{}
	answer, err := client.BookingsBookWithResponse(ctx, &schema.BookingsBookParams{}, invalid)
	check(err)
	p := answer.ApplicationProblemJSON422
	must(p != nil && p.Errors != nil && len(*p.Errors) == 2 && *(*p.Errors)[0].Pointer == "/flight_id", "422", string(answer.Body))
}
