package airportsapi

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/call"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// ErrUnknown says that no airport has the code.
var ErrUnknown = problem.New(http.StatusNotFound, "unknown-airport", "No airport has this code")

// The operations of the service.
var (
	Search = api.Define[Query, Found]("GET", "/airports", auth.Public(),
		api.Summary("Search airports by code, name, city, country or position"))
	Get = api.Define[Code, Airport]("GET", "/airports/{iata}", auth.Public(), api.Fails(ErrUnknown),
		api.Summary("Get one airport by its IATA or ICAO code"), api.ETags(), api.CacheControl(api.Caching{MaxAge: time.Hour, Public: true}))
)

// Query says which airports are searched. Without any condition the large airports come first.
type Query struct {
	Text    api.Opt[string] `query:"q" maxLength:"100" doc:"Part of a code, a name or a city; case and accents do not matter." example:"zurich"`
	Near    api.Opt[Point]  `query:"near" doc:"Latitude and longitude in degrees; the nearest come first." example:"47.45,8.56"`
	Country api.Opt[string] `query:"country" maxLength:"60" doc:"Country code (ISO 3166-1 alpha-2) or English name." example:"CH"`
	Limit   int             `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many airports to return at most."`
}

// Code names one airport.
type Code struct {
	IATA string `path:"iata" pattern:"^[A-Za-z0-9]{3,4}$" doc:"IATA or ICAO code." example:"ZRH"`
}

// Airport is one airport of the real world.
type Airport struct {
	IATA        string           `json:"iata" doc:"Code of three letters." example:"ZRH"`
	ICAO        string           `json:"icao" doc:"Code of four letters; empty when there is none."`
	Name        string           `json:"name" example:"Zürich Airport"`
	City        string           `json:"city"`
	Country     string           `json:"country" doc:"ISO 3166-1 alpha-2 code." example:"CH"`
	CountryName string           `json:"country_name"`
	Latitude    float64          `json:"latitude" doc:"Degrees, north is positive."`
	Longitude   float64          `json:"longitude" doc:"Degrees, east is positive."`
	Elevation   int              `json:"elevation_ft" doc:"Feet above the sea."`
	TimeZone    string           `json:"time_zone" example:"Europe/Zurich"`
	Scheduled   bool             `json:"scheduled" doc:"Whether airlines fly there by timetable."`
	Distance    api.Opt[float64] `json:"distance_km,omitzero" doc:"Kilometres from the point of the search."`
}

// Found are the airports that a search found, best first.
type Found struct {
	Airports []Airport `json:"airports"`
}

// Point is a position on the earth, written "47.45,8.56".
type Point struct{ Latitude, Longitude float64 }

// UnmarshalText reads "latitude,longitude" in degrees.
func (p *Point) UnmarshalText(text []byte) error {
	north, east, ok := strings.Cut(string(text), ",")
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(north), 64)
	lon, err2 := strconv.ParseFloat(strings.TrimSpace(east), 64)
	inRange := lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 // also refuses NaN
	if !ok || err1 != nil || err2 != nil || !inRange {
		return api.Violation{Message: "must be latitude,longitude in degrees, such as 47.45,8.56"}
	}
	p.Latitude, p.Longitude = lat, lon
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (p Point) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%g,%g", p.Latitude, p.Longitude), nil
}

// Client calls the service.
type Client struct{ conn *call.Conn }

// Connect declares that the service calls airports.
func Connect(s operation.Scope) Client { return Client{api.Connect(s, "airports")} }

// Get returns one airport, or [ErrUnknown].
func (c Client) Get(ctx context.Context, iata string) (Airport, error) {
	return Get.Call(ctx, c.conn, Code{IATA: iata})
}
