package bookings_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/embedded"
	"github.com/vade-go/vade/examples/airline/bookings"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
	"github.com/vade-go/vade/problem"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// board is a service flights that knows three flights by heart.
func board() *vade.Service {
	svc := vade.NewService("flights")
	known := map[string]flightsapi.Flight{
		"EMPTY": {ID: "EMPTY", Departure: time.Now().Add(time.Hour), SeatsLeft: 9, Price: 100},
		"FULL":  {ID: "FULL", Departure: time.Now().Add(time.Hour)},
		"GONE":  {ID: "GONE", Departure: time.Now().Add(-time.Hour), SeatsLeft: 9},
	}
	api.Serve(svc, flightsapi.Get, func(_ context.Context, in flightsapi.ID) (flightsapi.Flight, error) {
		f, ok := known[in.ID]
		if !ok {
			return f, flightsapi.ErrUnknown
		}
		return f, nil
	})
	return svc
}

// desk is the service bookings beside the board, with ada in front of it.
func desk(t *testing.T) *apitest.System {
	t.Helper()
	ada := auth.Principal{Subject: "ada", Scopes: []string{"bookings:read", "bookings:write"}}
	return apitest.New(t, bookings.Service(), apitest.Beside(board()), apitest.Drivers(embedded.Drivers()...), apitest.As(ada))
}

func order(flight string) bookings.Order {
	return bookings.Order{
		FlightID: flight, Passengers: []bookingsapi.Passenger{{Name: "Ada", Email: "ada@example.com"}}, Payment: bookingsapi.Payment{Value: bookingsapi.Card{Token: "tok_visa"}},
	}
}

func TestAFlightIsBookedThatCanStillBeTaken(t *testing.T) {
	t.Parallel()
	tt := desk(t)
	for flight, want := range map[string]error{
		"EMPTY": nil, "FULL": bookingsapi.ErrSoldOut, "GONE": bookingsapi.ErrDeparted, "NONE": bookingsapi.ErrNoFlight,
	} {
		made, err := apitest.Invoke[api.Created[bookingsapi.Booking]](tt, "POST /bookings", bookings.Book{Body: order(flight)})
		if !errors.Is(err, want) || want == nil && (made.Value.Status != bookingsapi.StatusPending || made.Value.Total != 100) {
			t.Errorf("%s: %+v, %v", flight, made, err)
		}
	}
}

func TestABookingIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	tt := desk(t)
	eve := apitest.As(auth.Principal{Subject: "eve", Scopes: []string{"bookings:read", "bookings:write"}})
	var mine bookingsapi.Booking
	tt.Do("POST", "/bookings", order("EMPTY")).Want(201).JSON(&mine)
	for _, method := range []string{"GET", "DELETE"} {
		if p := tt.Do(method, "/bookings/"+mine.ID, nil, eve).Problem(); !errors.Is(p, bookingsapi.ErrUnknown) {
			t.Errorf("%s: eve gets %v", method, p)
		}
	}
	page, err := apitest.Invoke[api.Page[bookingsapi.Booking]](tt, "GET /bookings", bookings.Mine{Paging: api.Paging{Limit: 10}}, eve)
	if err != nil || len(page.Items) != 0 {
		t.Errorf("eve lists %+v, %v", page, err)
	}
	reader := apitest.As(auth.Principal{Subject: "ada", Scopes: []string{"bookings:read"}})
	if _, err := apitest.Invoke[bookingsapi.Booking](tt, "DELETE /bookings/{id}", bookings.Cancel{ByID: bookings.ByID{ID: mine.ID}}, reader); !errors.Is(err, problem.Forbidden()) {
		t.Errorf("who may read may cancel: %v", err)
	}
	tt.Do("GET", "/bookings", nil, apitest.Anonymous()).Want(401)
}
