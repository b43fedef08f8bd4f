package e2e

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAnOrderThatIsSentAgainIsOneBookingEvenAfterACrash(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p := start(t, "airline", oneProcess(data, nil))
	a := newAirline(t, p.address, data)
	token := a.token("ada", everyScope)
	flight := a.flights("ZRH", "LHR", time.Now().AddDate(0, 0, 12))[0]
	const key = "8e03978e-40d5-43e8-bc93-6894a57f9324"

	send := func(key, payment string) (status int, answer string) {
		t.Helper()
		status, body, err := a.try("POST", "/bookings", token, order(flight.ID, payment), "Idempotency-Key", key)
		if err != nil {
			t.Fatal(err)
		}
		return status, string(body)
	}
	status, first := send(key, "tok_visa")
	if status != http.StatusCreated {
		t.Fatalf("status %d: %s", status, first)
	}
	if status, again := send(`"`+key+`"`, "tok_visa"); status != http.StatusCreated || again != first {
		t.Errorf("status %d: %s, want %s", status, again, first)
	}
	id := parse[booking](t, []byte(first)).ID
	if got := a.ended(token, id); got.Status != "confirmed" {
		t.Errorf("got %+v", got)
	}

	p.kill()
	p = start(t, "airline", oneProcess(data, nil))
	a = newAirline(t, p.address, data)
	if status, again := send(key, "tok_visa"); status != http.StatusCreated || again != first {
		t.Errorf("after a crash: status %d: %s, want %s", status, again, first)
	}
	if status, refused := send(key, "tok_mastercard"); status != http.StatusUnprocessableEntity || !strings.Contains(refused, "idempotency-key-reused") {
		t.Errorf("another order: status %d: %s", status, refused)
	}
	if mine := a.mine(token); len(mine) != 1 || a.flight(flight.ID).SeatsLeft != flight.SeatsLeft-1 {
		t.Errorf("%d bookings: %v", len(mine), mine)
	}
	if out := p.output(); !strings.Contains(out, `"vade.replayed":true`) {
		t.Error("the access record does not say that the answer was replayed")
	}
}
