package airports

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/vade-go/vade"
	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/api/compress"
	"github.com/vade-go/vade/examples/airline/airports/airportsapi"
	"github.com/vade-go/vade/examples/airline/internal/world"
	"github.com/vade-go/vade/store"
)

// Service returns the service airports.
func Service() *vade.Service {
	svc := vade.NewService("airports", vade.Version("1.0.0"), vade.Summary("The airports of the world"))
	h := &handlers{
		db:       store.Of(svc),
		airports: store.Collect[world.Airport](svc, "airports"),
		versions: store.Collect[version](svc, "versions"),
	}
	api.Configure(svc, api.Compress(compress.Auto()...))
	api.Serve(svc, airportsapi.Search, h.search)
	api.Serve(svc, airportsapi.Get, h.get)
	vade.OnStart(svc, "fill the airports", h.fill)
	vade.OnStart(svc, "build the read model", h.build)
	return svc
}

type handlers struct {
	db       *store.DB
	airports *store.Collection[world.Airport]
	versions *store.Collection[version]
	model    atomic.Pointer[world.World] // derived from the database, the same on every replica
}

// version says which data the database holds.
type version struct {
	Data string `json:"data"`
}

// earth is the one partition of the airports: they are written together and read one by one.
const earth = "earth"

func keyOf(iata string) store.Key { return store.Key{Partition: earth, ID: iata} }

func (h *handlers) search(_ context.Context, q airportsapi.Query) (airportsapi.Found, error) {
	query := world.Query{Text: q.Text.Or(""), Country: q.Country.Or(""), Limit: q.Limit}
	if p, ok := q.Near.Get(); ok {
		query.Near = &world.Point{Latitude: p.Latitude, Longitude: p.Longitude}
	}
	hits := h.model.Load().Search(query)
	found := airportsapi.Found{Airports: make([]airportsapi.Airport, len(hits))}
	for i, hit := range hits {
		found.Airports[i] = publish(hit.Airport)
		if query.Near != nil {
			found.Airports[i].Distance = api.Some(hit.DistanceKM)
		}
	}
	return found, nil
}

func (h *handlers) get(ctx context.Context, in airportsapi.Code) (airportsapi.Airport, error) {
	code := strings.ToUpper(in.IATA)
	if known, ok := h.model.Load().ByCode(code); ok {
		code = known.IATA // the database is keyed by IATA code, the request may name the other one
	}
	item, err := h.airports.Get(ctx, keyOf(code))
	if errors.Is(err, store.ErrNotFound) {
		return airportsapi.Airport{}, airportsapi.ErrUnknown.WithDetail("No airport has the code %s.", code)
	}
	return publish(item.Value), err
}

// fill writes the data into the database, unless this version of it is there already.
func (h *handlers) fill(ctx context.Context) error {
	data, err := world.Load()
	if err != nil {
		return err
	}
	mark := keyOf("data")
	known, err := h.versions.Get(ctx, mark)
	if err == nil && known.Value.Data == data.Version() {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return h.db.Do(ctx, earth, func(ctx context.Context, tx *store.Tx) error {
		if err := h.clear(ctx, tx); err != nil {
			return err
		}
		for _, a := range data.Airports() {
			if _, err := h.airports.With(tx).Put(ctx, keyOf(a.IATA), a); err != nil {
				return fmt.Errorf("airport %s: %w", a.IATA, err)
			}
		}
		_, err := h.versions.With(tx).Put(ctx, mark, version{Data: data.Version()})
		return err
	})
}

// clear removes the airports of another version, since some of them may be gone.
func (h *handlers) clear(ctx context.Context, tx *store.Tx) error {
	airports := h.airports.With(tx)
	for {
		page, err := airports.List(ctx, store.Query{Partition: earth, Limit: store.MaxLimit})
		if err != nil || len(page.Items) == 0 {
			return err
		}
		for _, item := range page.Items {
			if err := airports.Delete(ctx, item.Key, item.Version); err != nil {
				return err
			}
		}
	}
}

// build reads the whole database into the model that searches run on.
func (h *handlers) build(ctx context.Context) error {
	var all []world.Airport
	for item, err := range h.airports.All(ctx, store.Query{Partition: earth, Limit: store.MaxLimit}) {
		if err != nil {
			return err
		}
		all = append(all, item.Value)
	}
	h.model.Store(world.New(all))
	return nil
}

func publish(a world.Airport) airportsapi.Airport {
	return airportsapi.Airport{
		IATA: a.IATA, ICAO: a.ICAO, Name: a.Name, City: a.City, Country: a.Country, CountryName: a.CountryName,
		Latitude: a.Latitude, Longitude: a.Longitude, Elevation: a.ElevationFeet, TimeZone: a.TimeZone, Scheduled: a.Scheduled,
	}
}
