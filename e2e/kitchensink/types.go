package kitchensink

import (
	"time"

	"github.com/vade-go/vade/api"
)

type (
	// Labelled is embedded, so that its member is those of what embeds them.
	Labelled struct {
		Labels map[string]string `json:"labels,omitempty" maxProperties:"9"`
	}
	// Part has an object without a name of its own.
	Part struct {
		Name string `json:"name" minLength:"1" maxLength:"40" example:"tap"`
		Size struct {
			Width  float64 `json:"width" exclusiveMinimum:"0"`
			Height float32 `json:"height,omitzero"`
		} `json:"size"`
	}
	// Thing has members of every kind.
	Thing struct {
		Labelled
		ID       string               `json:"id" format:"uuid" readOnly:"true"`
		Kind     string               `json:"kind" enum:"sink,tap,x-large,1st" doc:"What it is."`
		Level    int                  `json:"level" enum:"1,2,3"`
		Count    int64                `json:"count" minimum:"0" default:"1"`
		Tiny     uint8                `json:"tiny,omitzero"`
		Made     time.Time            `json:"made"`
		Day      string               `json:"day" format:"date"`
		Takes    time.Duration        `json:"takes"`
		Raw      []byte               `json:"raw,omitempty"`
		Place    [2]float64           `json:"place"`
		Note     api.Opt[string]      `json:"note,omitzero" doc:"For the crew."`
		Until    api.Null[time.Time]  `json:"until,omitzero"`
		Owner    *string              `json:"owner"`
		Main     *Part                `json:"main"`
		Spare    api.Opt[Part]        `json:"spare,omitzero"`
		Parts    []Part               `json:"parts" maxItems:"9"`
		ByName   map[string]Part      `json:"by_name"`
		Grid     [][]int              `json:"grid,omitempty"`
		Inner    *Thing               `json:"inner"`
		Any      any                  `json:"any"`
		Secret   string               `json:"secret,omitempty" writeOnly:"true"`
		Old      string               `json:"old,omitempty" deprecated:"true"`
		Shape    Shape                `json:"shape"`
		Shapes   []Shape              `json:"shapes,omitempty"`
		Optional api.Null[Shape]      `json:"optional,omitzero"`
		Dashed   string               `json:"x-dashed,omitempty"`
		Digit    string               `json:"2nd,omitempty"`
		Links    []string             `json:"links,omitempty" format:"uri" uniqueItems:"true"`
		Codes    map[string]time.Time `json:"codes,omitempty"`
	}

	// Shape is a union.
	Shape = api.Union[Figure, Figures]
	// Figure is what all cases of the union are.
	Figure interface{ area() float64 }
	// Circle is a case.
	Circle struct {
		Radius float64 `json:"radius"`
	}
	// Square is a case that may hold nothing.
	Square struct {
		Side float64 `json:"side"`
		In   *Part   `json:"in"`
	}
	// Figures lists the cases.
	Figures struct{}
)

func (Circle) area() float64 { return 0 }
func (Square) area() float64 { return 0 }

// Cases names the discriminator.
func (Figures) Cases() (string, []api.Case) {
	return "form", []api.Case{api.CaseOf[Circle]("circle"), api.CaseOf[Square]("square")}
}

type (
	byID struct {
		ID string `path:"id" format:"uuid"`
	}
	// every place and style of a parameter
	everyParameter struct {
		byID
		api.Precondition
		Number   int                    `path:"number" minimum:"1"`
		Text     string                 `query:"text" minLength:"1"`
		Maybe    api.Opt[bool]          `query:"maybe"`
		Default  int                    `query:"default" default:"3"`
		Enum     api.Opt[string]        `query:"enum" enum:"up,down"`
		At       api.Opt[time.Time]     `query:"at"`
		Day      api.Opt[string]        `query:"day" format:"date"`
		Takes    api.Opt[time.Duration] `query:"takes"`
		List     []string               `query:"list" maxItems:"5"`
		Numbers  []int                  `query:"numbers"`
		Dotted   api.Opt[string]        `query:"dotted.name"`
		Filter   map[string]string      `query:"filter"`
		Ranges   map[string]int         `query:"ranges"`
		Trace    api.Opt[string]        `header:"X-Trace" deprecated:"true"`
		Several  []string               `header:"X-Several"`
		Since    api.Opt[time.Time]     `header:"X-Since"`
		Theme    api.Opt[string]        `cookie:"theme" enum:"dark,light"`
		Session  string                 `cookie:"session"`
		Replaced api.Opt[float64]       `query:"replaced" deprecated:"true" doc:"Use *numbers*."`
	}
	// Form is a form without files.
	Form struct {
		Title string             `form:"title" maxLength:"10"`
		Tags  []string           `form:"tags"`
		When  api.Opt[time.Time] `form:"when"`
		Level api.Opt[int]       `form:"level" enum:"1,2"`
	}
	// Upload is a form with files.
	Upload struct {
		byID
		Title string            `form:"title"`
		Photo api.File          `form:"photo"`
		Cover api.Opt[api.File] `form:"cover"`
		More  []api.File        `form:"more"`
	}
	search struct {
		api.Paging
		Q api.Opt[string] `query:"q"`
	}
	// Order is a body beside parameters.
	Order struct {
		byID
		Key    api.IdempotencyKey
		Notify string `query:"notify" format:"uri"`
		Body   Thing
	}
	put struct {
		byID
		Body Thing
	}
	patch struct {
		byID
		Body struct {
			Name  api.Opt[string]  `json:"name,omitzero"`
			Owner api.Null[string] `json:"owner,omitzero"`
		}
	}
	named struct {
		Name string `path:"name"`
	}
	signed struct {
		Signature string `header:"X-Signature"`
		Body      struct {
			Thing string `json:"thing"`
		}
	}
	parts struct{ Body api.Parts }
	bytes struct{ Body api.Blob }
	watch struct {
		byID
		api.Resume
	}
	// List is a list with a name.
	List []Part
)
