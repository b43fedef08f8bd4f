package flows

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"os"

	"github.com/vade-go/vade/api"
	"github.com/vade-go/vade/auth"
	"github.com/vade-go/vade/problem"
)

type (
	Price struct {
		Version string `json:"version"`
		Cents   int    `json:"cents"`
	}
	Row   struct{ ID string }
	Move  struct{ Field int }
	Board struct{ Fields []int }
	game  struct{}
)

func (game) play(Move) (Board, error) { return Board{}, nil }

type prices interface {
	After(ctx context.Context, version string) iter.Seq[Price]
}

type handlers struct {
	prices prices
	rows   iter.Seq2[Row, error]
	game   game
	scans  *os.Root
}

type Watch struct {
	api.Resume // Last-Event-ID
}

func (h *handlers) watch(ctx context.Context, in Watch) (api.SSE[Price], error) {
	return func(yield func(api.Event[Price], error) bool) {
		for p := range h.prices.After(ctx, in.LastEventID.Or("")) { // waits for the next one, until ctx ends
			if !yield(api.Event[Price]{ID: p.Version, Type: "price", Data: p}, nil) {
				return // nobody is there any more
			}
		}
	}, nil
}

func (h *handlers) export(ctx context.Context, _ api.None) (api.Stream[Row], error) {
	return api.Stream[Row](h.rows), nil // an iter.Seq2[Row, error], such as the rows of a query
}

func (h *handlers) play(_ context.Context, _ api.None) (api.WebSocket[Move, Board], error) {
	return func(ctx context.Context, conn *api.Conn[Move, Board]) error {
		for move, err := range conn.Messages(ctx) {
			if errors.Is(err, problem.Invalid()) {
				continue // it broke a rule of Move; the next may not
			} else if err != nil {
				return err
			}
			board, err := h.game.play(move)
			if err != nil {
				return err // a problem of the client closes with 1008 and its code
			}
			if err := conn.Send(ctx, board); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (h *handlers) scan(_ context.Context, in struct {
	Name string `path:"name"`
}) (api.Blob, error) {
	return api.OpenBlob(h.scans.FS(), in.Name) // an *os.Root: no name leads out of it
}

func (h *handlers) report(_ context.Context, _ api.None) (api.Blob, error) {
	from, to := io.Pipe()
	go func() { to.CloseWithError(writeReport(to)) }() // the answer closes the other end
	return api.Blob{Content: from, MediaType: "text/csv; charset=utf-8", Name: "report.csv"}, nil
}

type Upload struct {
	Body api.Parts
}

func (h *handlers) upload(ctx context.Context, in Upload) (api.None, error) {
	for part, err := range in.Body.All() {
		if err != nil {
			return api.None{}, err // a problem fit for the client
		}
		if err := h.keep(ctx, part.Content); err != nil { // an io.Reader, good until the next part
			return api.None{}, err
		}
	}
	return api.None{}, nil
}

func (h *handlers) keep(context.Context, io.Reader) error { return nil }

func writeReport(w io.Writer) error { return csv.NewWriter(w).Write([]string{"id"}) }

func declare(g *api.Router, h *handlers) {
	api.Get(g, "/prices", h.watch, auth.Scopes("prices:read"))
	api.Get(g, "/export", h.export)
	api.Get(g, "/game", h.play)
	api.Get(g, "/scans/{name}", h.scan)
	api.Get(g, "/report", h.report)
	api.Post(g, "/scans", h.upload, api.MaxBody(10<<30))
}

var _ = declare
