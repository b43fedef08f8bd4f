package main

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/apitest"
	"github.com/vade-go/vade/examples/airline/bookings/bookingsapi"
	"github.com/vade-go/vade/examples/airline/flights/flightsapi"
)

func TestFaresAreSentAsSeatsAreTaken(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.book("tok_visa")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watch := func(last api.Opt[string]) (next func() api.Event[flightsapi.Fare]) {
		in := flightsapi.Watch{ID: first.FlightID, Resume: api.Resume{LastEventID: last}}
		stream, err := apitest.Call(h.System, flightsapi.Fares, in, apitest.Context(ctx))
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan api.Event[flightsapi.Fare])
		go func() {
			defer close(got)
			for e, err := range stream {
				if err != nil {
					return
				}
				select {
				case got <- e:
				case <-ctx.Done():
					return
				}
			}
		}()
		return func() api.Event[flightsapi.Fare] { return <-got }
	}
	next := watch(api.Opt[string]{})
	before := next()
	if want := h.flight(first.FlightID); before.Data.SeatsLeft != want.SeatsLeft || before.Data.Price != want.Price || before.Type != "fare" {
		t.Errorf("the first event is %+v of %+v", before, want)
	}
	h.book("tok_visa")
	after := next()
	if after.Data.SeatsLeft != before.Data.SeatsLeft-1 || after.ID == before.ID {
		t.Errorf("%+v came after %+v", after, before)
	}
	if missed := watch(api.Some(before.ID))(); missed != after {
		t.Errorf("who comes back gets %+v, and has missed %+v", missed, after)
	}
	h.Do("GET", "/flights/VD1-99991231/fares", nil).Want(http.StatusNotFound)
}

// list sends a passenger list as a browser does.
func (h *house) list(csv string) *apitest.Response {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("note", "for the summer")
	file, _ := form.CreateFormFile("list", "passengers.csv")
	_, _ = file.Write([]byte(csv))
	_ = form.Close()
	return h.Do("POST", "/bookings/passengers", body.Bytes(), apitest.Header("Content-Type", form.FormDataContentType()))
}

func TestAPassengerListIsReadAsItArrives(t *testing.T) {
	t.Parallel()
	h := open(t)
	var got struct {
		Passengers []bookingsapi.Passenger `json:"passengers"`
	}
	h.list("name,email\nAda Lovelace,ada@example.com\n\"Turing, Alan\",alan@example.com\n").JSON(&got)
	if len(got.Passengers) != 2 || got.Passengers[1].Name != "Turing, Alan" {
		t.Errorf("got %+v", got)
	}
	for _, header := range []string{"", "name,email\n"} { // which is no passenger: places count from 0 behind it
		p := h.list(header + "Ada,nobody\n,ada@example.com\nhalf a line\n").Problem()
		var where []string
		for _, v := range p.Errors {
			where = append(where, v.Pointer+" "+v.Code)
		}
		all := strings.Join(where, ", ")
		if p.Status != 422 || !strings.Contains(all, "/0/email format") || !strings.Contains(all, "/1/name min-length") || !strings.Contains(all, "/2 format") {
			t.Errorf("%d: %s", p.Status, all)
		}
	}
	for list, want := range map[string]int{"": 200, "a\"b,c\n": 422, strings.Repeat("Ada,ada@example.com\n", 501): 413} {
		if res := h.list(list); res.Status != want {
			t.Errorf("%.20q: %d, want %d", list, res.Status, want)
		}
	}
}

func TestABookingThatHasNotChangedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.book("tok_visa")
	res := h.Do("GET", "/bookings/"+b.ID, nil).Want(http.StatusOK)
	tag := res.Header.Get("ETag")
	if res.Header.Get("Cache-Control") != "private, no-cache" || tag == "" {
		t.Errorf("headers %v", res.Header)
	}
	h.Do("GET", "/bookings/"+b.ID, nil, apitest.Header("If-None-Match", tag)).Want(http.StatusNotModified)
	h.Do("DELETE", "/bookings/"+b.ID, nil, apitest.Header("If-Match", `"0"`)).Want(http.StatusPreconditionFailed)
	h.Do("DELETE", "/bookings/"+b.ID, nil, apitest.Header("If-Match", tag)).Want(http.StatusOK)
	h.Do("GET", "/bookings/"+b.ID, nil, apitest.Header("If-None-Match", tag)).Want(http.StatusOK)
	airport := h.Do("GET", "/airports/ZRH", nil).Want(http.StatusOK)
	h.Do("GET", "/airports/ZRH", nil, apitest.Header("If-None-Match", airport.Header.Get("ETag"))).Want(http.StatusNotModified)
}

func TestThereAreSeveralWaysToPay(t *testing.T) {
	t.Parallel()
	h := open(t)
	flight := h.book("tok_visa").FlightID
	with := func(payment string) *apitest.Response {
		return h.Do("POST", "/bookings", strings.Replace(order(flight, "tok_visa", 1), `{"method":"card","token":"tok_visa"}`, payment, 1))
	}
	for payment, pointer := range map[string]string{
		`{"method":"voucher","code":"VADE-7K2M-Q94T"}`: "", `{"account":"302114907","method":"miles"}`: "",
		`{"method":"voucher","code":"7K2M"}`: "/payment/code", `{"method":"cash"}`: "/payment/method", `{"token":"tok_visa"}`: "/payment/method",
		`{"method":"card","token":"tok_visa","code":"x"}`: "/payment/code",
	} {
		res := with(payment)
		if pointer == "" {
			res.Want(http.StatusCreated)
			continue
		}
		if p := res.Problem(); p.Status != 422 || len(p.Errors) != 1 || p.Errors[0].Pointer != pointer {
			t.Errorf("%s: %d %+v", payment, p.Status, p.Errors)
		}
	}
}

func TestBookingsAreListedByThePage(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 3 {
		h.book("tok_visa")
	}
	target, seen := "/bookings?limit=2", 0
	for range 2 {
		var page api.Page[bookingsapi.Booking]
		res := h.Do("GET", target, nil)
		res.JSON(&page)
		seen += len(page.Items)
		link, _, more := strings.Cut(strings.TrimPrefix(res.Header.Get("Link"), "<"), ">")
		if more != (page.Next != "") {
			t.Fatalf("Link %q, next %q", res.Header.Get("Link"), page.Next)
		}
		target = "/bookings" + link
	}
	if seen != 3 {
		t.Errorf("%d bookings on two pages", seen)
	}
}
