package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/vade-go/vade/bench/frameworks"
	"github.com/vade-go/vade/bench/orders"
	"github.com/vade-go/vade/bench/report"
)

const handlerPart = "handler alone, one processor"

// handlers measures what the handlers take without a network: one processor, a request that is used again, an answer that is
// counted and dropped. Every round runs each for a slice, beginning with another one each time.
func handlers(ctx context.Context, s settings, r *report.Report) (err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	token, err := orders.Token()
	if err != nil {
		return err
	}
	var all []*subject
	byName := make(map[string]*subject)
	defer func() {
		for _, s := range all {
			err = errors.Join(err, s.close())
		}
	}()
	for _, impl := range frameworks.All() {
		s, err := newSubject(impl, token)
		if err != nil {
			return err
		}
		all = append(all, s)
		byName[s.Name] = s
	}
	for round := range s.rounds {
		for i := range all {
			if err := errors.Join(ctx.Err(), all[(i+round)%len(all)].measure(s.slice)); err != nil {
				return err
			}
		}
	}
	for _, s := range all {
		m := report.Measure{Part: handlerPart, What: s.Title, Unit: "µs", Allocs: report.Median(s.allocs), Bytes: report.Median(s.bytes)}
		r.Detail = append(r.Detail, m.Of(s.micros, byName[orders.ByHand].micros))
	}
	r.Rows = append(r.Rows, handlerRows(byName)...)
	return nil
}

// handlerGoals are what Vade is held to. Where no number was set for a framework, Vade shall be faster.
var handlerGoals = []struct {
	ours, theirs string
	ratio        float64 // at most; 0: no goal
	allocs       float64
	text         string
}{
	{orders.Vade, orders.ByHand, 1.2, 15, "<= 1.2 and 15 allocs (later 0.5 and 12)"},
	{orders.Vade, orders.OnePass, 0, 0, ""},
	{orders.Vade, orders.ByHandV1, 1, 0, "< 1"},
	{orders.Vade, orders.Fiber, 1, 0, "< 1"},
	{orders.Vade, orders.Echo, 1, 0, "< 1"},
	{orders.Vade, orders.Gin, 1, 0, "< 1"},
	{orders.Vade, orders.Huma, 1, 0, "< 1"},
	{orders.VadeFull, orders.ByHand, 1.9, 25, "<= 1.9 and 25 allocs"},
	{orders.VadeFull, orders.ByHandFull, 1, 0, "< 1"},
	{orders.VadeFull, orders.HumaFull, 0.125, 0, "<= 0.125"},
	{orders.VadeFull, orders.ByHandStack, 1, 0, "< 1"},
	{orders.VadeFull, orders.HumaStack, 1, 0, "< 1"},
}

func handlerRows(byName map[string]*subject) []report.Row {
	var rows []report.Row
	for _, g := range handlerGoals {
		ours, theirs := byName[g.ours], byName[g.theirs]
		row := report.Row{
			Part: handlerPart, What: ours.Title + " : " + theirs.Title, Ours: ours.says(), Theirs: theirs.says(), Goal: g.text,
		}
		row.Ratio, row.Low, row.High = report.Pairs(ours.micros, theirs.micros)
		if g.ratio > 0 {
			row.Result = report.Judge(row.Ratio <= g.ratio && (g.allocs == 0 || report.Median(ours.allocs) <= g.allocs+0.5))
		}
		rows = append(rows, row)
	}
	return rows
}

func (s *subject) says() string {
	return fmt.Sprintf("%.1f µs, %.0f allocs", report.Median(s.micros), report.Median(s.allocs))
}
